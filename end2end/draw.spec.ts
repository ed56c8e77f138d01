// A draw from the application to the letter: applied for, listed, drawn by a manager, found again by one's own code.

import type { Page } from '@playwright/test';

import { minute, publishOnlineRun } from './support/run.ts';
import { expect, expectAccessible, expectNoSidewaysScroll, newcomer, signIn, signUpToApply, test } from './support/test.ts';

const title = '생성형 인공지능으로 내 책 만들기 (온라인)';

/** Ten characters of Crockford's alphabet. */
const ownCode = /[0-9A-HJKMNP-TV-Z]{5}-[0-9A-HJKMNP-TV-Z]{5}/;

/** As drand publishes it. */
const random = '1f'.repeat(32);

async function expectFit(page: Page): Promise<void> {
  await expectAccessible(page);
  await expectNoSidewaysScroll(page);
}

/** The demonstration's lotteries end so: one may be applied for, the other was drawn. */
async function runs(page: Page): Promise<{ open: string; drawn: string }> {
  await page.goto(`/courses?q=${encodeURIComponent('내 책 만들기')}`);
  const links = page.getByRole('main').getByRole('link', { name: title });
  const paths = await links.evaluateAll((links) => links.map((link) => new URL((link as HTMLAnchorElement).href).pathname));
  const ending = (number: string): string => paths.find((path) => path.endsWith(number)) ?? '';
  return { open: ending('-911'), drawn: ending('-910') };
}

test('from the application to the letter', async ({ page, outbox, somebody }) => {
  test.setTimeout(240_000);
  const manager = await somebody();
  await signIn(manager, 'manager');
  const code = await publishOnlineRun(manager, { teacher: '김추첨', selection: '추첨', closes: Date.now() + 2 * minute });
  const [run, open] = [`/manage/runs/${code}`, `/courses/${code}`];
  await page.goto(open);
  await expect(page.getByText('먼저 신청해도 유리하지 않습니다')).toBeVisible();
  await expect(page.getByText('drand quicknet')).toBeVisible();
  await expectFit(page);
  const who = newcomer('추첨이');
  await signUpToApply(page, outbox, who);
  await expect(page).toHaveURL(open);
  await page.getByRole('button', { name: '추첨 신청하기' }).click();
  await expect(page.getByRole('status')).toContainText('추첨 신청을 받았습니다');
  await expectFit(page);
  const own = ownCode.exec(await page.getByRole('status').innerText())?.[0] ?? '';
  const entered = await outbox.next(who.email, /추첨 신청 접수/);
  expect(entered.text).toContain(own);

  await manager.goto(run);
  await manager.getByRole('link', { name: '추첨', exact: true }).click();
  await expect(manager.getByText('접수가 끝나면 명단이 저절로 확정되고')).toBeVisible();
  await expectFit(manager);
  await expect(async () => {
    await manager.reload();
    await expect(manager.getByRole('textbox', { name: '공개값' })).toBeVisible({ timeout: 500 });
  }).toPass({ timeout: 120_000, intervals: [2_000] });
  await expectFit(manager);
  await page.goto(`${open}/draw`);
  await expect(page.getByText('명단 확인값', { exact: true })).toBeVisible();
  await expect(page.getByText(own)).toHaveCount(0);
  await expectFit(page);

  await manager.getByRole('button', { name: '다음' }).click();
  await expect(manager.getByRole('alert')).toContainText('난수 64자리를 그대로 적어 주세요');
  await manager.getByRole('textbox', { name: '공개값' }).fill(random);
  await manager.getByRole('button', { name: '다음' }).click();
  await expect(manager.getByText('추첨은 한 번만 할 수 있고 되돌릴 수 없습니다')).toBeVisible();
  await expectFit(manager);
  await manager.getByRole('button', { name: '이 값으로 추첨하기' }).click();
  await expect(manager.getByRole('alert')).toContainText('앞에 적은 값과 다릅니다');
  await expectFit(manager);
  await manager.getByLabel('공개값을 한 번 더 적어 주세요').fill(random);
  await manager.getByRole('button', { name: '이 값으로 추첨하기' }).click();
  await expect(manager.getByText('추첨이 끝났습니다')).toBeVisible();
  await expectFit(manager);

  const letter = await outbox.next(who.email, /추첨 결과/);
  expect(letter.text).toContain(own);
  await page.goto(`${open}/draw`);
  await expectFit(page);
  await page.getByRole('textbox', { name: '추첨 코드' }).fill(own.toLowerCase());
  await page.getByRole('button', { name: '찾기' }).click();
  await expect(page.getByRole('status')).toContainText(`코드 ${own}의 추첨 순위는`);
  await expect(page.locator('mark')).toContainText(own);
  await expectFit(page);
  const record = await page.request.get(`${open}/draw.json`);
  expect(JSON.stringify(await record.json())).toContain(own);
});

for (const [language, prefix] of [['ko', ''], ['en', '/en']] as const) {
  test(`the pages of a draw, in ${language}`, async ({ page, somebody }) => {
    const { open, drawn } = await runs(page);
    for (const path of [open, `${open}/draw`, `${drawn}/draw`, `${drawn}/draw?code=00000-00000`, drawn]) {
      await page.goto(prefix + path);
      await expect(page.locator('html')).toHaveAttribute('lang', language);
      await expect(page.getByRole('heading', { level: 1 })).toHaveCount(1);
      await expectFit(page);
    }
    await signIn(page, 'manager');
    for (const path of [open, drawn]) {
      await page.goto(`${prefix}${path.replace('/courses/', '/manage/runs/')}/draw`);
      await expectFit(page);
    }
    const resident = await somebody();
    await signIn(resident, 'resident');
    await resident.goto(`${prefix}/my`);
    await resident.getByRole('link', { name: /-910/ }).click();
    await expect(resident.getByText(ownCode).first()).toBeVisible();
    await expectFit(resident);
  });
}
