// The letters and texts that the server has sent into its folder instead of out.

import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import PostalMime from 'postal-mime';

export interface Message {
  /** Address or number. */
  readonly to: string;
  /** Empty for a text message. */
  readonly subject: string;
  readonly text: string;
  /** The six digits to type, where it has any. */
  readonly code: string | undefined;
  readonly links: readonly string[];
}

/** Hands every message out once, in the order in which they were written. */
export class Outbox {
  private readonly taken = new Set<string>();
  private readonly folder: string;

  constructor(data: string) {
    this.folder = join(data, 'outbox');
  }

  /** Waits for the next message to this address or number that says `about`, and fails after ten seconds. */
  async next(to: string, about = /(?:)/): Promise<Message> {
    const deadline = Date.now() + 10_000;
    let seen: Message[] = [];
    while (Date.now() < deadline) {
      seen = [];
      for (const file of await this.untaken()) {
        const message = await read(file);
        seen.push(message);
        if (same(message.to, to) && about.test(`${message.subject}\n${message.text}`)) {
          this.taken.add(file);
          return message;
        }
      }
      await sleep(100);
    }
    const others = seen.map((message) => `  ${message.to}: ${message.subject || message.text}`).join('\n');
    throw new Error(`No message to ${to} about ${about}. Others:\n${others}`);
  }

  private async untaken(): Promise<string[]> {
    const names = await readdir(this.folder, { recursive: true }).catch(() => []);
    const files = names.filter((name) => /\.(eml|txt)$/.test(name)).map((name) => join(this.folder, name));
    const dated = await Promise.all(
      files.filter((file) => !this.taken.has(file)).map(async (file) => ({ file, time: (await stat(file)).mtimeMs })),
    );
    return dated.sort((a, b) => a.time - b.time).map(({ file }) => file);
  }
}

async function read(file: string): Promise<Message> {
  const raw = await readFile(file);
  if (file.endsWith('.txt')) {
    const [to = '', ...rest] = raw.toString('utf8').split('\n');
    return message(to.trim(), '', rest.join('\n').trim());
  }
  const letter = await PostalMime.parse(raw);
  return message(letter.to?.[0]?.address ?? '', letter.subject ?? '', letter.text ?? '');
}

function message(to: string, subject: string, text: string): Message {
  return { to, subject, text, code: text.match(/(?<!\d)\d{6}(?!\d)/)?.[0], links: text.match(/https?:\/\/[^\s<>"]+/g) ?? [] };
}

/** Numbers are the same with and without hyphens, addresses in any case. */
function same(one: string, other: string): boolean {
  const plain = (to: string) => to.toLowerCase().replace(/[-\s]/g, '');
  return plain(one) === plain(other);
}
