// Every page that can be reached by links, whoever one is: whole, quiet and accessible, at each width.

import type { Account } from './support/people.ts';
import { walk } from './support/pages.ts';
import { expect, expectFit, signIn, test } from './support/test.ts';

// A walk sees dozens of pages, each with axe.
test.describe.configure({ timeout: 180_000 });

const open = ['', '/courses', '/courses/{code}', '/places', '/places/{code}', '/live', '/lessons', '/lessons/{code}', '/figures', '/privacy', '/sign-in', '/sign-up', '/reset'];

for (const [language, prefix] of [['ko', ''], ['en', '/en']] as const) {
  test(`the pages of a stranger, in ${language}`, async ({ page }) => {
    const seen = await walk(page, prefix || '/', (page, kind) => expectFit(page, kind, language));
    expect(seen.map((kind) => kind.replace(/^\/$/, '').replace(prefix, ''))).toEqual(expect.arrayContaining(open));
  });
}

/** Whose pages lie where, beside those of a stranger. */
const own: [Account, string[], string[]][] = [
  ['resident', ['/my', '/account', '/courses', '/code'], ['/my', '/my/{id}', '/my/{id}/survey', '/account', '/courses/{code}', '/code']],
  ['desk', ['/desk'], ['/desk', '/desk/{code}', '/desk/{code}/{id}']],
  ['instructor', ['/manage', '/sheets'], ['/sheets', '/sheets/{code}/{number}', '/sheets/{code}/{number}/seats', '/manage/runs', '/manage/runs/{code}', '/manage/runs/{code}/applications', '/manage/runs/{code}/completion', '/manage/runs/{code}/survey', '/manage/runs/{code}/papers', '/manage/runs/{code}/papers/sheet', '/manage/runs/{code}/papers/classes/{number}', '/manage/taught/{month}']],
  ['manager', ['/manage'], ['/manage/absences', '/manage/absences/{id}', '/manage/runs', '/manage/runs/{code}', '/manage/courses', '/manage/courses/{code}', '/manage/import', '/manage/holidays', '/manage/runs/{code}/completion', '/manage/survey', '/manage/learning', '/manage/taught/{month}', '/manage/statistics', '/manage/statistics/plan', '/manage/statistics/studio', '/manage/statistics/months', '/manage/statistics/months/{month}', '/manage/statistics/report']],
  ['producer', ['/manage'], ['/manage/studio', '/manage/broadcasts', '/manage/broadcasts/{code}', '/manage/broadcasts/{code}/sheet', '/manage/broadcasts/{code}/captions', '/manage/broadcasts/templates', '/manage/broadcasts/templates/{id}', '/manage/channels', '/manage/boards', '/manage/boards/lobby', '/manage/boards/lobby/notices', '/manage/boards/lobby/items/{id}', '/manage/calls', '/manage/calls/new', '/manage/lessons', '/manage/lessons/{code}', '/manage/lessons/{code}/captions', '/manage/courses/{code}/handouts']],
  ['privacy', ['/manage'], ['/manage/privacy']],
  ['administrator', ['/manage'], ['/manage/kiosks', '/manage/people', '/manage/people/{id}', '/manage/audit', '/manage/notices', '/manage/places', '/manage/places/{code}/plan']],
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

test('who waits for an approval', async ({ page, somebody }) => {
  const employee = await somebody();
  await signIn(employee, 'employee');
  await employee.goto('/my');
  const asked = await employee.getByRole('row').filter({ hasText: '승인대기' }).getByRole('link').first().innerText();
  const run = /\((\S+)\)$/.exec(asked)?.[1] ?? '';
  await signIn(page, 'manager');
  await page.goto(`/manage/runs/${run}/applications`);
  await expect(page.getByRole('button', { name: '모두 승인' })).toBeVisible();
  await expectFit(page, 'applications', 'ko');
  await page.getByRole('button', { name: '고른 신청 반려' }).click();
  await expect(page.getByRole('alert').filter({ hasText: '하나 이상 골라 주세요' })).toBeVisible();
  await expectFit(page, 'refused', 'ko');
});

/** Forms that are sent as they stand, by whom, and the button that sends them. */
const unfilled: [Account | undefined, string, string][] = [
  [undefined, '/sign-up', '인증번호 받기'],
  [undefined, '/sign-in', '인증번호 받기'],
  [undefined, '/reset', '인증번호 받기'],
  ['resident', '/account/close', '계정 닫기'],
  ['resident', '/account/password', '저장'],
  ['desk', '/desk/{run}', '접수하기'],
  ['manager', '/manage/runs/new', '초안으로 저장하기'],
  ['manager', '/manage/courses/new', '저장하기'],
  ['manager', '/manage/holidays', '추가하기'],
  ['manager', '/manage/statistics/plan', '집행 내역 더하기'],
  ['manager', '/manage/statistics/report', '저장'],
  ['producer', '/manage/boards/lobby/notices', '올리기'],
  ['producer', '/manage/calls/new', '모집 올리기'],
  ['producer', '/manage/lessons/new', '초안 만들기'],
  ['producer', '/manage/lessons/E-001/captions', '자막 올리기'],
  ['administrator', '/manage/places/smart-1/plan', '자리 놓기'],
  ['administrator', '/manage/boards', '전광판 만들기'],
  ['administrator', '/manage/kiosks', '추가하고 주소 받기'],
];

for (const [account, path, button] of unfilled) {
  test(`the form at ${path} says what it lacks`, async ({ page }) => {
    if (account) await signIn(page, account);
    await page.goto(path.includes('{run}') ? '/desk' : path);
    if (path.includes('{run}')) await page.getByRole('main').getByRole('row').getByRole('link').first().click();
    await page.getByRole('main').getByRole('button', { name: button, exact: true }).first().click();
    const said = page.getByRole('alert').filter({ hasText: /./ });
    await expect(said).toBeVisible();
    // The first link of the summary leads to its field.
    const field = await said.getByRole('link').first().getAttribute('href');
    await expect(page.locator(`[id="${field?.slice(1)}"]`)).toHaveCount(1);
    await expectFit(page, 'refused', 'ko');
  });
}

test('a page that is not there says so', async ({ page }) => {
  const response = await page.goto('/nothing-here');
  expect(response?.status()).toBe(404);
  await expectFit(page, '404', 'ko');
});
