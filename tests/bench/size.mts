// What the release weighs: bytes to install and to download, time until it answers, memory while nobody asks.
// Writes target/bench.json and a table. Beside each figure stands its goal, where there is one.

import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const target = join(import.meta.dirname, '../../target');
const release = join(target, 'centre');
const rounds = 5;
const address = '127.0.0.1:34567';

interface Figure {
  bench: 'size';
  database: 'sqlite' | null;
  disk: null;
  figure: string;
  value: number;
  unit: 'kB' | 'ms' | 'MB';
  beside: null;
  ratio: null;
  /** The most it may be, in the same unit. */
  goal: number | null;
  met: boolean | null;
}

const figures: Figure[] = [];

function report(figure: string, value: number, unit: Figure['unit'], database: Figure['database'], goal: number | null = null) {
  const met = goal === null ? null : value <= goal;
  figures.push({ bench: 'size', database, disk: null, figure, value, unit, beside: null, ratio: null, goal, met });
}

const kilobytes = (...files: string[]) =>
  Math.round(files.reduce((sum, file) => sum + statSync(join(release, file)).size, 0) / 100) / 10;

/** Milliseconds from the start of the process to the first good answer of /readyz, and resident megabytes two seconds later. */
async function start(data: string): Promise<{ ms: number; megabytes: number }> {
  const begun = performance.now();
  const flags = ['--site', join(release, 'site'), '--data', data, '--listen', address];
  const server = spawn(join(release, 'server'), [...flags, 'serve'], { stdio: 'ignore' });
  const ended = new Promise<number | null>((resolve) => server.once('exit', resolve));
  void ended.then((code) => { if (code) throw new Error(`The server ended with ${code}`); });
  while (!(await fetch(`http://${address}/readyz`).catch(() => undefined))?.ok) await sleep(2);
  const ms = performance.now() - begun;
  await sleep(2_000);
  const resident = readFileSync(`/proc/${server.pid}/status`, 'utf8').match(/VmRSS:\s+(\d+) kB/)?.[1];
  server.kill('SIGTERM');
  await ended;
  return { ms, megabytes: Number(resident) / 1024 };
}

const median = (values: number[]) => Math.round((values.toSorted((a, b) => a - b)[values.length >> 1] ?? NaN) * 10) / 10;

report('binary', kilobytes('server'), 'kB', null);
// What a page with the seat plan fetches: the starter, the glue and the module.
report('wasm and JavaScript, brotli', kilobytes('site/islands.js.br', 'site/pkg/web.js.br', 'site/pkg/web_bg.wasm.br'), 'kB', null, 150);
report('style sheet, brotli', kilobytes('site/pkg/style.css.br'), 'kB', null);

const data = mkdtempSync(join(tmpdir(), 'learning-centre-bench-'));
try {
  // The first start makes the database; the figure is that of every later one.
  await start(data);
  const starts = [];
  for (let round = 0; round < rounds; round++) starts.push(await start(data));
  report('start until ready', median(starts.map(({ ms }) => ms)), 'ms', 'sqlite');
  report('resident memory, idle', median(starts.map(({ megabytes }) => megabytes)), 'MB', 'sqlite');
} finally {
  rmSync(data, { recursive: true, force: true });
}

writeFileSync(join(target, 'bench.json'), `${JSON.stringify(figures, null, 2)}\n`);
console.table(figures.map(({ figure, value, unit, goal, met }) => ({ figure, value, unit, goal, met })));
