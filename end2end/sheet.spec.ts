// The sheet of a class on a tablet: a tap marks, the network goes, the page is opened again, and nothing is lost.

import type { Page } from '@playwright/test';
import jsqr from 'jsqr';
import { PNG } from 'pngjs';

import { expect, expectAccessible, expectLive, expectNoSidewaysScroll, signIn, test } from './support/test.ts';

/** The demonstration's class in a room, which goes on at the moment. */
async function openSheet(page: Page): Promise<void> {
  await page.goto('/sheets');
  await page.getByRole('link', { name: '스마트폰 첫걸음 4차시' }).click();
  await expectLive(page);
}

const line = (page: Page, seat: string) => page.locator('.sheet-line').filter({ hasText: seat });

test('a tap on a seat is present, the list does the rest, and whoever else marks sees it', async ({ page, somebody }) => {
  await signIn(page, 'instructor');
  await openSheet(page);
  await expectAccessible(page);
  await expectNoSidewaysScroll(page);
  await page.getByRole('button', { name: /^1-01 .*표시 안 함$/ }).click();
  await expect(line(page, '1-01').getByText('출석', { exact: true }).first()).toBeVisible();
  await expect(page.getByText('출석 1명 · 표시 안 함 14명')).toBeVisible();
  await line(page, '1-02').getByRole('button', { name: '지각' }).click();
  const minutes = line(page, '1-02').getByLabel('지각한 시간(분)');
  await expect(minutes).toHaveValue(/^\d+$/);
  await minutes.fill('25');
  await minutes.blur();
  await expect(page.getByText('출석 1명 · 지각 1명 · 표시 안 함 13명')).toBeVisible();
  await expectAccessible(page);

  const other = await somebody();
  await signIn(other, 'manager');
  await openSheet(other);
  await expect(line(other, '1-02').getByLabel('지각한 시간(분)')).toHaveValue('25');
  await line(other, '1-03').getByRole('button', { name: '결석' }).click();
  await expect(line(page, '1-03').locator('.sheet-how')).toHaveText('결석');

  // A marked seat leads to its line, whose buttons can be reached from there.
  await page.getByRole('link', { name: /^1-03 .*결석$/ }).click();
  await expect(line(page, '1-03')).toBeFocused();
  await page.getByRole('button', { name: '되돌리기' }).click();
  await expect(page.getByText('출석 1명 · 지각 1명 · 결석 1명 · 표시 안 함 12명')).toBeVisible();
});

test('marks wait while the network is gone, also after the page is opened again', async ({ page, context, watcher, somebody }) => {
  watcher.expect(/request failed: .*\/sheets\/.* net::ERR_INTERNET_DISCONNECTED/);
  await signIn(page, 'instructor');
  await openSheet(page);
  await expect(page.getByText('인터넷이 끊겨도 쓸 수 있습니다')).toBeVisible();
  await context.setOffline(true);
  await line(page, '1-05').getByRole('button', { name: '출석' }).click();
  await expect(page.getByText('지금은 인터넷이 끊겨 있습니다.')).toBeVisible();
  await expect(line(page, '1-05').getByText('보내기 전')).toBeVisible();
  await page.reload();
  await expectLive(page);
  await expect(line(page, '1-05').getByText('보내기 전')).toBeVisible();
  await line(page, '1-06').getByRole('button', { name: '조퇴' }).click();
  await expect(page.getByText('보낼 표시 2개가 기다립니다.')).toBeVisible();

  // Somebody with a line says otherwise in the meantime.
  const other = await somebody();
  await signIn(other, 'manager');
  await openSheet(other);
  // What is shown at once is only true once it has arrived.
  const arrived = other.waitForResponse((answer) => answer.url().endsWith('/marks') && answer.ok());
  await line(other, '1-05').getByRole('button', { name: '결석' }).click();
  await arrived;
  await expect(line(other, '1-05').locator('.sheet-how')).toHaveText('결석');

  await context.setOffline(false);
  await expect(page.getByText('지금은 인터넷이 끊겨 있습니다.')).toHaveCount(0);
  await expect(line(page, '1-06').locator('.sheet-how')).toHaveText('조퇴');
  await expect(line(page, '1-05').locator('.sheet-how')).toHaveText('결석');
  await expect(line(page, '1-05').getByText(/늦게 도착한 표시가 있습니다: 출석/)).toBeVisible();
  await line(page, '1-05').getByRole('button', { name: '늦게 온 표시로: 출석' }).click();
  await expect(line(other, '1-05').locator('.sheet-how')).toHaveText('출석');
  await expect(line(other, '1-05').getByText(/늦게 도착한/)).toHaveCount(0);
});

test('who changes seats is seen on open sheets, and needs a line', async ({ page, context, watcher, somebody }) => {
  watcher.expect(/request failed: .*\/sheets\/.* net::ERR_INTERNET_DISCONNECTED/);
  await signIn(page, 'instructor');
  await openSheet(page);
  const other = await somebody();
  await signIn(other, 'manager');
  await openSheet(other);
  await other.getByRole('link', { name: '자리 바꾸기' }).click();
  await expectAccessible(other);
  await expectNoSidewaysScroll(other);
  const who = other.getByLabel('누구를');
  await who.selectOption({ label: (await who.getByRole('option', { name: /^1-07 / }).innerText()).trim() });
  const to = other.getByLabel('어느 자리로');
  await to.selectOption({ label: (await to.getByRole('option', { name: /^1-08 / }).innerText()).trim() });
  await other.getByRole('button', { name: '자리 바꾸기' }).click();
  await expect(other.getByRole('status')).toContainText('1-08번');

  await expect(page.getByText('명단이나 자리가 바뀌었습니다')).toBeVisible();
  await line(page, '1-09').getByRole('button', { name: '출석' }).click();
  await page.getByRole('link', { name: '새 명단 보기' }).click();
  await expectLive(page);
  await expect(page.getByText('명단이나 자리가 바뀌었습니다')).toHaveCount(0);
  await expect(line(page, '1-09').locator('.sheet-how')).toHaveText('출석');
  await context.setOffline(true);
  await line(page, '1-09').getByRole('button', { name: '지우기' }).click();
  await expect(page.getByText('인터넷이 이어진 뒤에 할 수 있습니다')).toBeVisible();
  await context.setOffline(false);
  await expect(page.getByText('인터넷이 이어진 뒤에 할 수 있습니다')).toHaveCount(0);
});

/** What a phone's camera would read from a page. */
async function readCode(page: Page): Promise<string> {
  const { data, width, height } = PNG.sync.read(await page.locator('.wall-code').screenshot());
  const code = jsqr.default(new Uint8ClampedArray(data), width, height);
  if (code === null) throw new Error('no code on the screen');
  return code.data;
}

test('the code on the screen is read from a picture of it, and a press is present', async ({ page, somebody }) => {
  await signIn(page, 'instructor');
  await openSheet(page);
  await page.getByRole('link', { name: '출석 QR 화면 열기' }).click();
  await expectLive(page);
  await expectAccessible(page);
  await expectNoSidewaysScroll(page);
  const first = await readCode(page);
  // The code changes while one looks.
  await expect(async () => expect(await readCode(page)).not.toBe(first)).toPass({ timeout: 30_000 });

  const phone = await somebody();
  await phone.goto(await readCode(page));
  await expectAccessible(phone);
  await phone.getByLabel(/나의 출석번호/).fill('000000');
  await phone.getByRole('button', { name: '출석', exact: true }).click();
  await expect(phone.getByText('이 수업에 없는 번호입니다').first()).toBeVisible();
});

test.describe('without scripts', () => {
  test.use({ javaScriptEnabled: false });

  test('each press is a form', async ({ page }) => {
    await signIn(page, 'instructor');
    await page.goto('/sheets');
    await page.getByRole('link', { name: '스마트폰 첫걸음 4차시' }).click();
    await page.getByRole('button', { name: /^1-10 .*표시 안 함$/ }).click();
    await expect(line(page, '1-10').locator('.sheet-how')).toHaveText('출석');
    await line(page, '1-10').getByRole('button', { name: '지우기' }).click();
    await expect(line(page, '1-10').locator('.sheet-how')).toHaveText('표시 안 함');
  });
});
