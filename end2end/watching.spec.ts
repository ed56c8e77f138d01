// The minutes in front of an online class, the address for those who move on to YouTube's app, and the appeal against a bar.

import type { Page } from '@playwright/test';

import { expect, expectAccessible, expectLive, expectNoSidewaysScroll, signIn, test } from './support/test.ts';
import type { Watcher } from './support/watcher.ts';

/** The demonstration's class of today: its code begins with the year in Seoul. */
const year = new Date(Date.now() + 9 * 60 * 60 * 1000).getUTCFullYear() % 100;
const live = `/live/P${year}-900-6`;

const player = '<!doctype html><html lang="ko"><head><title>방송</title></head><body></body></html>';

/** Stands in for YouTube's player, which nobody reaches from here. */
async function withoutYouTube(page: Page, watcher: Watcher): Promise<void> {
  watcher.expect(/^request to a stranger: https:\/\/www\.youtube-nocookie\.com\/embed\//);
  await page.context().route('https://www.youtube-nocookie.com/**', (route) => route.fulfill({ contentType: 'text/html', body: player }));
}

async function expectFit(page: Page): Promise<void> {
  await expectNoSidewaysScroll(page);
  await expectAccessible(page);
}

/** Opens the class, and answers when the first report of the page has been taken. */
async function watch(page: Page): Promise<void> {
  const reported = page.waitForResponse((answer) => answer.url().endsWith('/watching'));
  await page.goto(live);
  await expectLive(page);
  expect((await reported).status()).toBe(200);
}

/** Takes back the mark of the resident, who may have entered the code already. */
async function unmark(page: Page): Promise<void> {
  await signIn(page, 'instructor');
  await page.goto(`/sheets/P${year}-900/6`);
  await expectLive(page);
  const line = page.locator('.sheet-line').filter({ hasText: '김하나' });
  await line.locator('.sheet-how').waitFor();
  const takeBack = line.getByRole('button', { name: '지우기' });
  if (await takeBack.isVisible()) await takeBack.click();
  await expect(line.locator('.sheet-how')).toHaveText('표시 안 함');
}

test('minutes in sight count, on the page that was opened last', async ({ page, somebody, watcher }) => {
  test.setTimeout(150_000);
  await unmark(await somebody());
  await signIn(page, 'resident');
  await withoutYouTube(page, watcher);
  await watch(page);
  await expect(page.getByText(/^\d+분 시청 · 96분이 되면 출석$/)).toBeVisible();
  await expectFit(page);
  const elsewhere = /다른 화면에서 보고 계셔서/;
  await expect(page.getByText(elsewhere)).toHaveCount(0);

  const second = await page.context().newPage();
  await watch(second);
  await expect(page.getByText(elsewhere)).toBeVisible({ timeout: 40_000 });
  await expectFit(page);
  await expect(second.getByText(elsewhere)).toHaveCount(0);
  // Two reports of half a minute each.
  await expect(second.getByText(/^[1-9]\d*분 시청/)).toBeVisible({ timeout: 75_000 });
});

test('the address for the code is good in a browser that knows nobody', async ({ page, somebody, watcher }) => {
  await signIn(page, 'resident');
  await withoutYouTube(page, watcher);
  await page.goto(live);
  const address = await page.getByRole('link', { name: '내 출석번호 넣는 화면' }).getAttribute('href');
  const elsewhere = await somebody();
  await elsewhere.goto(address ?? '');
  await expect(elsewhere.getByText('김*나 님의 출석번호를 넣는 화면입니다.')).toBeVisible();
  await expect(elsewhere.getByRole('link', { name: '로그인' }).first()).toBeAttached();
  await expectFit(elsewhere);
});

test.describe('without scripts', () => {
  test.use({ javaScriptEnabled: false });

  test('the code is the way, and the page says so', async ({ page, watcher }) => {
    await signIn(page, 'resident');
    await withoutYouTube(page, watcher);
    await page.goto(live);
    await expect(page.getByText('번호만으로도 출석이 됩니다.')).toBeVisible();
  });
});

test('an appeal is answered, and the list says so', async ({ page }) => {
  await signIn(page, 'manager');
  await page.goto('/manage/absences');
  await expectFit(page);
  const waiting = page.getByRole('table', { name: '답을 기다리는 이의신청' });
  await waiting.getByRole('link').first().click();
  await expect(page.getByText(/병원에 있었습니다/)).toBeVisible();
  await page.getByRole('button', { name: '제한 유지' }).click();
  await expect(page.getByRole('alert')).toContainText('내용을 글자로 500자까지 적어 주십시오.');
  await expectFit(page);
  await page.getByRole('textbox', { name: '답변' }).fill('사정을 잘 알았습니다. 다음 달부터 다시 신청해 주십시오.');
  await page.getByRole('button', { name: '제한 해제' }).click();
  await expect(page.getByRole('status')).toContainText('제한을 해제하고 본인에게 알렸습니다.');
  await expect(page.getByText('답을 기다리는 이의신청이 없습니다.')).toBeVisible();
  await expectFit(page);
});
