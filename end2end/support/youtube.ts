// A YouTube of the journeys' own, the one of the Rust tests as a process, and a server that takes it for Google's.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

import { freePort, startServer, target } from './server.ts';
import { test as base } from './test.ts';

/** What happens outside the office's program, in the words of `tests/src/bin/youtube.rs`. */
export type Act = { act: 'send'; encoder: string } | { act: 'take_back' };

/** A `liveBroadcast` of Google's API, as far as journeys look at it. */
export interface Broadcast {
  readonly id: string;
  readonly snippet: { readonly title: string };
  readonly status: { readonly privacyStatus: string; readonly lifeCycleStatus: string };
}

export interface Youtube {
  /** The port of the server that knows it. */
  readonly port: number;
  /** By which that server finds it. */
  readonly environment: Record<string, string>;
  /** Where the browser is asked for consent, and where it is played. */
  readonly url: string;
  play(act: Act): Promise<void>;
  /** Oldest first. */
  broadcasts(): Promise<Broadcast[]>;
  stop(): Promise<void>;
}

export async function startYoutube(): Promise<Youtube> {
  const port = await freePort();
  const process_ = spawn(join(target, 'youtube'), [`http://127.0.0.1:${port}`], { stdio: ['pipe', 'pipe', 'inherit'] });
  const ended = once(process_, 'exit');
  const said = once(createInterface(process_.stdout), 'line');
  const [line] = await Promise.race([said, ended.then(() => { throw new Error('YouTube did not come up.'); })]);
  const { played: url, environment } = JSON.parse(line);
  const ask = async (path: string, options?: RequestInit) => {
    const answer = await fetch(`${url}${path}`, options);
    if (!answer.ok) throw new Error(`${path} ${options?.body}: ${answer.status} ${await answer.text()}`);
    return answer;
  };
  return {
    port,
    environment,
    url,
    play: async (act) => {
      await ask('/play', { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(act) });
    },
    broadcasts: async () => (await ask('/broadcasts')).json(),
    stop: async () => {
      process_.stdin.end();
      await ended;
    },
  };
}

/** The journeys' test, at a server with a YouTube. */
export const test = base.extend<{}, { youtube: Youtube }>({
  youtube: [
    async ({}, use) => {
      const youtube = await startYoutube();
      await use(youtube);
      await youtube.stop();
    },
    { scope: 'worker' },
  ],

  server: [
    async ({ youtube }, use) => {
      const server = await startServer(youtube.environment, youtube.port);
      await use(server);
      await server.stop();
    },
    { scope: 'worker', timeout: 90_000 },
  ],

  watcher: async ({ watcher, youtube }, use) => {
    // The page on which one consents, and the player, are meant to be others'.
    watcher.expect(new RegExp(`^request to a stranger: ${youtube.url}/consent`));
    watcher.expect(/^request to a stranger: https:\/\/www\.youtube-nocookie\.com\/embed\//);
    await use(watcher);
  },
});
