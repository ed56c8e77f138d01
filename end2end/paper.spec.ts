// What goes on paper: tables stay tables, and nothing is cut off at its edge.

import type { Page } from '@playwright/test';

import { expect, signIn, test } from './support/test.ts';

/** The page as it is laid out on A4 with margins of 15 mm, in CSS pixels. */
async function onPaper(page: Page, form: 'portrait' | 'landscape'): Promise<void> {
  const [width, height] = [680, 1009];
  await page.setViewportSize(form === 'portrait' ? { width, height } : { width: height, height: width });
  await page.emulateMedia({ media: 'print' });
}

const displayOfRows = (page: Page) =>
  page.locator('tbody tr').evaluateAll((rows) => [...new Set(rows.map((row) => getComputedStyle(row).display))]);

/** How much of the page lies beyond the paper's edge. */
const cutOff = (page: Page) => page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);

test('the work report prints its tables as tables', async ({ page }) => {
  await signIn(page, 'manager');
  await page.goto('/manage/statistics/report');
  await onPaper(page, 'portrait');
  expect(await displayOfRows(page)).toEqual(['table-row']);
  expect(await cutOff(page)).toBe(0);
});

test('the sheet to sign lies across, from its head to its last class', async ({ page }) => {
  await signIn(page, 'manager');
  await page.goto('/sheets');
  const code = /\/sheets\/([^/]+)\//.exec((await page.getByRole('link', { name: '스마트폰 첫걸음 4차시' }).getAttribute('href')) ?? '');
  await page.goto(`/manage/runs/${code?.[1]}/papers/sheet`);
  await onPaper(page, 'landscape');
  expect(await page.evaluate(() => getComputedStyle(document.body).getPropertyValue('page'))).toBe('wide');
  const last = await page.getByRole('columnheader').last().boundingBox();
  expect((last?.x ?? 0) + (last?.width ?? 0)).toBeLessThanOrEqual(1009);
  expect(await cutOff(page)).toBe(0);
});
