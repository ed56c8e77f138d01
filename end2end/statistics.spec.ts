// The figures: asked by a form, drawn as a chart, and the work report as a file that another program reads.

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

import { expect, expectAccessible, expectNoSidewaysScroll, signIn, test } from './support/test.ts';

test('the filter stands in the address, and the chart says its figures in words', async ({ page }) => {
  await signIn(page, 'manager');
  await page.goto('/manage/statistics');
  await page.getByLabel('나누는 기준').selectOption('audience');
  await page.getByLabel('그림과 교차표의 수치').selectOption('hours');
  await page.getByRole('button', { name: '보기', exact: true }).click();
  await expect(page).toHaveURL(/rows=audience.*measure=hours/);
  const chart = page.getByRole('img', { name: '대상별 교육시간' });
  await expect(chart).toBeVisible();
  await expect(chart).toContainText('구민');
  await expect(page.getByRole('table')).toContainText('합계');
  await expectNoSidewaysScroll(page);
  await expectAccessible(page);
});

test('another program reads the work report', async ({ page }) => {
  await signIn(page, 'manager');
  await page.goto('/manage/statistics/report');
  const fetched = page.waitForEvent('download');
  await page.getByRole('link', { name: '한글(HWPX)로 내려받기' }).click();
  const path = test.info().outputPath('report.hwpx');
  await (await fetched).saveAs(path);
  const python = process.env['CENTRE_PYTHON'];
  if (python === undefined) throw new Error('CENTRE_PYTHON is not set: run ./dev test browser');
  const { stdout } = await promisify(execFile)(python, ['support/read_hwpx.py', path], { cwd: import.meta.dirname });
  const read: unknown = JSON.parse(stdout);
  const tables = await page.getByRole('table').count();
  expect(read).toHaveProperty('tables.length', tables);
  for (const heading of await page.getByRole('main').getByRole('heading', { level: 2 }).filter({ hasText: /^\d\./ }).allInnerTexts()) {
    expect((read as { text: string }).text).toContain(heading);
  }
});
