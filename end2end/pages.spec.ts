// Every page a stranger can open: whole, quiet and accessible, in both languages and at both widths.

import { expect, expectAccessible, expectNoSidewaysScroll, test } from './support/test.ts';

const pages = ['/', '/courses', '/sign-in', '/sign-up'];

for (const path of pages) {
  for (const [language, prefix] of [['ko', ''], ['en', '/en']] as const) {
    test(`${path} in ${language}`, async ({ page }) => {
      const response = await page.goto(`${prefix}${path}`.replace(/(.)\/$/, '$1'));
      expect(response?.status()).toBe(200);
      await expect(page.locator('html')).toHaveAttribute('lang', language);
      await expect(page.locator('h1')).toHaveCount(1);
      await expectNoSidewaysScroll(page);
      await expectAccessible(page);
    });
  }
}
