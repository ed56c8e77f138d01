// Every page that can be reached by links, whoever one is: whole, quiet and accessible, at each width.

import type { Page } from '@playwright/test';

import type { Account } from './support/people.ts';
import { walk } from './support/pages.ts';
import { expect, expectAccessible, expectNoSidewaysScroll, signIn, test } from './support/test.ts';

async function expectFit(page: Page, kind: string, language: string): Promise<void> {
  await test.step(kind, async () => {
    await expect(page.locator('html')).toHaveAttribute('lang', language);
    await expect(page.getByRole('heading', { level: 1 })).toHaveCount(1);
    await expectNoSidewaysScroll(page);
    await expectAccessible(page);
  });
}

const open = ['', '/courses', '/courses/{code}', '/places', '/places/{code}', '/privacy', '/sign-in', '/sign-up', '/reset'];

for (const [language, prefix] of [['ko', ''], ['en', '/en']] as const) {
  test(`the pages of a stranger, in ${language}`, async ({ page }) => {
    const seen = await walk(page, prefix || '/', (page, kind) => expectFit(page, kind, language));
    expect(seen.map((kind) => kind.replace(/^\/$/, '').replace(prefix, ''))).toEqual(expect.arrayContaining(open));
  });
}

/** Whose pages lie where, beside those of a stranger. */
const own: [Account, string[], string[]][] = [
  ['resident', ['/my', '/account', '/courses'], ['/my', '/my/{id}', '/account', '/courses/{code}']],
  ['desk', ['/desk'], ['/desk', '/desk/{code}']],
  ['manager', ['/manage'], []],
  ['administrator', ['/manage'], ['/manage/people', '/manage/people/{id}', '/manage/audit']],
];

for (const [account, within, expected] of own) {
  for (const [language, prefix] of [['ko', ''], ['en', '/en']] as const) {
    test(`the pages of the ${account}, in ${language}`, async ({ page }) => {
      await signIn(page, account);
      const there = within.map((path) => prefix + path);
      const seen = await walk(page, prefix || '/', (page, kind) => expectFit(page, kind, language), there);
      expect(seen.map((kind) => kind.replace(prefix, ''))).toEqual(expect.arrayContaining(expected));
    });
  }
}

test('a page that is not there says so', async ({ page }) => {
  const response = await page.goto('/nothing-here');
  expect(response?.status()).toBe(404);
  await expectFit(page, '404', 'ko');
});
