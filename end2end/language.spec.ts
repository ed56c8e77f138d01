// Chinese and Japanese on a phone: the pages of a stranger and of somebody with courses, and the way into another language.

import { walk } from './support/pages.ts';
import { expect, expectFit, signIn, test } from './support/test.ts';

test.describe.configure({ timeout: 180_000 });

for (const [language, prefix] of [['zh-Hans', '/zh'], ['ja', '/ja']] as const) {
  test(`the pages of a stranger, in ${language}`, async ({ page }) => {
    const seen = await walk(page, prefix, (page, kind) => expectFit(page, kind, language), [prefix]);
    expect(seen).toEqual(expect.arrayContaining([prefix, `${prefix}/courses`, `${prefix}/courses/{code}`, `${prefix}/sign-up`]));
  });

  test(`the pages of the resident, in ${language}`, async ({ page }) => {
    await signIn(page, 'resident');
    const seen = await walk(page, `${prefix}/my`, (page, kind) => expectFit(page, kind, language), [`${prefix}/my`, `${prefix}/account`]);
    expect(seen).toEqual(expect.arrayContaining([`${prefix}/my/{id}`, `${prefix}/account`]));
  });
}

test('whoever reads no Korean finds their language on every page', async ({ page }) => {
  await page.goto('/courses?open=yes');
  await page.getByRole('link', { name: '简体中文' }).click();
  await expect(page).toHaveURL(/\/zh\/courses\?open=yes$/);
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('查找课程');
  await page.getByRole('link', { name: '日本語' }).click();
  await expect(page.locator('html')).toHaveAttribute('lang', 'ja');
  await page.getByRole('link', { name: '한국어' }).click();
  await expect(page).toHaveURL(/\/courses\?open=yes$/);
});
