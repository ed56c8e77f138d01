// A server of one's own: the debug binary on a free port, with a data folder that is thrown away and the demonstration in it.

import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

export const target = join(import.meta.dirname, '../../target');

export interface Server {
  /** Without a slash at its end. */
  readonly url: string;
  /** The folder of the database, and of the letters and texts below `outbox/`. */
  readonly data: string;
  /** What the server has written so far. */
  log(): string;
  stop(): Promise<void>;
}

/**
 * Answers when `/readyz` does; throws with the server's log when it doesn't within a minute. `settings` are variables of its
 * environment.
 */
export async function startServer(settings: Record<string, string> = {}, port?: number): Promise<Server> {
  const data = await mkdtemp(join(tmpdir(), 'learning-centre-'));
  port ??= await freePort();
  const url = `http://127.0.0.1:${port}`;
  const process_ = spawn(
    join(target, 'server'),
    ['--site', join(target, 'site'), '--data', data, 'serve', '--demo', '--listen', `127.0.0.1:${port}`],
    { stdio: ['ignore', 'pipe', 'pipe'], env: { ...environment(), ...settings, NO_COLOR: '1' } },
  );
  let log = '';
  process_.stdout.on('data', (text) => (log += text));
  process_.stderr.on('data', (text) => (log += text));
  const ended = new Promise<void>((resolve) => {
    process_.once('error', (error) => { log += `${error}\n`; resolve(); });
    process_.once('exit', () => resolve());
  });
  let running = true;
  void ended.then(() => (running = false));

  const stop = async () => {
    if (running) process_.kill('SIGTERM');
    const patience = setTimeout(() => process_.kill('SIGKILL'), 10_000);
    await ended;
    clearTimeout(patience);
    await rm(data, { recursive: true, force: true });
  };

  const deadline = Date.now() + 60_000;
  while (running && Date.now() < deadline) {
    const answer = await fetch(`${url}/readyz`).catch(() => undefined);
    if (answer?.ok) return { url, data, log: () => log, stop };
    await sleep(50);
  }
  await stop();
  throw new Error(`The server did not become ready.\n${log}`);
}

/** The tests' own settings count, not those of the shell they were started from. */
function environment(): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(process.env).filter(([name]) => name !== 'DATABASE_URL' && !name.startsWith('CENTRE_')),
  );
}

export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => (address && typeof address === 'object' ? resolve(address.port) : reject(new Error('no port'))));
    });
  });
}
