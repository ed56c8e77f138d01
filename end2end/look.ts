// Takes pictures of pages for people to look at, at both widths, in Korean and English or in the languages named:
//
//     ./dev look DIR PATH... [--as ACCOUNT] [--in zh,ja] [--url http://127.0.0.1:3000]
//
// Without --url it starts a server of its own with a fresh demonstration.

import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { chromium } from '@playwright/test';

import { launchOptions, widths } from './support/browser.ts';
import { accounts, isAccount, signIn } from './support/people.ts';
import { startServer } from './support/server.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { as: { type: 'string' }, in: { type: 'string', default: 'ko,en' }, url: { type: 'string' } },
});
const [folder, ...paths] = positionals;
if (!folder || paths.length === 0) throw new Error('Which folder, and which pages? ./dev look DIR /courses');
const account = values.as;
if (account !== undefined && !isAccount(account)) throw new Error(`Accounts: ${Object.keys(accounts).join(', ')}`);

await mkdir(folder, { recursive: true });
const server = values.url === undefined ? await startServer() : undefined;
const browser = await chromium.launch(launchOptions);
try {
  for (const [width, options] of Object.entries(widths)) {
    const context = await browser.newContext({ ...options, baseURL: values.url ?? server?.url, timezoneId: 'Asia/Seoul' });
    const page = await context.newPage();
    page.on('console', (message) => console.log(`${message.type()}: ${message.text()} (${message.location().url})`));
    if (account) await signIn(page, account);
    for (const path of paths) {
      for (const language of values.in.split(',')) {
        const prefix = language === 'ko' ? '' : `/${language}`;
        const response = await page.goto(`${prefix}${path}`.replace(/(.)\/$/, '$1'));
        await page.evaluate(() => document.fonts.ready);
        const name = `${path.replace(/^\//, '').replace(/[^\w.-]+/g, '-') || 'home'}.${language}.${width}.png`;
        await page.screenshot({ path: join(folder, name), fullPage: true });
        console.log(`${response?.status()} ${join(folder, name)}`);
      }
    }
    await context.close();
  }
} finally {
  await browser.close();
  await server?.stop();
}
