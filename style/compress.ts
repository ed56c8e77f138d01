// Lays `.br` and `.gz` beside every file of a folder that shrinks by it, so that the server need not compress anything itself.

import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

const [folder] = process.argv.slice(2);
if (!folder) throw new Error('Which folder?');

for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
  // Fonts and photographs are compressed as they are.
  if (!/\.(css|html|ics|js|json|svg|txt|wasm|webmanifest|xml)$/.test(name)) continue;
  const file = join(folder, name);
  const raw = readFileSync(file);
  const best = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: raw.length };
  const packed = { br: brotliCompressSync(raw, { params: best }), gz: gzipSync(raw, { level: 9 }) };
  for (const [ending, bytes] of Object.entries(packed)) {
    if (bytes.length < raw.length * 0.95) writeFileSync(`${file}.${ending}`, bytes);
  }
}
