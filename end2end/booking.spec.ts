// From finding a course to holding a seat in it: by mouse, by keyboard, without JavaScript, from the waiting list.

import type { Locator, Page } from '@playwright/test';

import type { Outbox } from './support/outbox.ts';
import type { Newcomer } from './support/people.ts';
import { expect, expectAccessible, expectLive, expectNoSidewaysScroll, newcomer, signIn, signUpToApply, test } from './support/test.ts';

/** A seat one can have, an ordinary one; its number is in its name. */
const freeSeat = /^좌석 (\S+), 빈자리$/;

/** Opens the first run in the catalogue that has a seat plan, takes applications in their order, and `left` places. */
async function openRun(page: Page, left: RegExp): Promise<string> {
  await page.goto('/courses?window=open&mode=in_person');
  const runs = page.getByRole('main').getByRole('listitem').filter({ hasText: '선착순' });
  await runs.filter({ hasText: left }).first().getByRole('link').click();
  await expect(page.getByRole('heading', { level: 2, name: '수강신청' })).toBeVisible();
  return new URL(page.url()).pathname;
}

const placesLeft = /잔여 인원 [1-9]/;
/** A run of the demonstration whose freed seats go to the first in line at once: it has a line. */
const lineBehind = /잔여 인원 0.*대기 [1-9]/s;
/** The one whose freed seats are offered with a deadline: nobody waits for it yet. */
const nobodyBehind = /잔여 인원 0.*대기 0/s;

function standing(page: Page): Locator {
  return page.getByRole('status').filter({ hasText: /./ });
}

async function numberOf(seat: Locator): Promise<string> {
  const name = (await seat.getAttribute('aria-label')) ?? '';
  return freeSeat.exec(name)?.[1] ?? '';
}

test('by mouse: sign up on the way, press a seat, see it taken by all who look', async ({ page, outbox, somebody }) => {
  const who = newcomer('강여섯');
  const run = await openRun(page, placesLeft);
  const stranger = await somebody();
  await stranger.goto(run);

  await signUpToApply(page, outbox, who);
  await expect(page).toHaveURL(run);
  await expectAccessible(page);
  const seat = page.getByRole('button', { name: freeSeat }).first();
  const number = await numberOf(seat);
  await seat.click();

  await expect(standing(page)).toContainText(`신청이 완료되었습니다. 좌석은 ${number}번입니다.`);
  await expectAccessible(page);
  await expectNoSidewaysScroll(page);
  await expect(stranger.getByRole('img', { name: `좌석 ${number}, 신청된 자리` })).toBeVisible();
  await expect(standing(stranger), 'what others do is not read aloud').toHaveCount(0);
  const letter = await outbox.next(who.email, /수강신청 확정/);
  expect(letter.text).toContain(number);

  await page.goto(run);
  await expect(page.getByRole('img', { name: `좌석 ${number}, 내 자리` })).toBeVisible();
  await expectAccessible(page);
});

test('by keyboard: past the header to the seats, along them by arrows, and Enter', async ({ page, outbox }) => {
  const run = await openRun(page, placesLeft);
  await signUpToApply(page, outbox, newcomer('조일곱'));
  await expect(page).toHaveURL(run);
  await expectLive(page);
  const focused = page.locator(':focus');

  await page.keyboard.press('Tab');
  await expect(focused).toHaveText('본문 바로가기');
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(`${run}#content`);
  await tabTo(page, page.getByRole('button', { name: '빈자리 자동배정으로 신청하기' }));
  await tabTo(page, page.getByRole('button', { name: freeSeat }).first());
  const first = await numberOf(focused);
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowRight');
  await expect(focused).toHaveAccessibleName(freeSeat);
  const number = await numberOf(focused);
  expect(number).not.toBe(first);
  await page.keyboard.press('Enter');
  await expect(standing(page)).toContainText(`좌석은 ${number}번입니다.`);
});

/** Presses Tab until the focus is there, as often as a page has things to stop at. */
async function tabTo(page: Page, target: Locator): Promise<void> {
  for (let stop = 0; stop < 40; stop++) {
    await page.keyboard.press('Tab');
    if (await target.evaluate((element) => element === document.activeElement)) return;
  }
  await expect(target).toBeFocused();
}

test('any seat, changed for another, given back', async ({ page, outbox, somebody }) => {
  const who = newcomer('윤여덟');
  const run = await openRun(page, placesLeft);
  await signUpToApply(page, outbox, who);
  await page.getByRole('button', { name: '빈자리 자동배정으로 신청하기' }).click();
  await expect(standing(page)).toContainText('좌석은');
  const application = new URL(page.url()).pathname;

  await page.getByRole('link', { name: '강좌 안내 보기·좌석 변경' }).click();
  const seat = page.getByRole('button', { name: freeSeat }).last();
  const number = await numberOf(seat);
  await seat.click();
  await expect(standing(page)).toContainText(`좌석은 ${number}번입니다.`);
  await outbox.next(who.email, /좌석 변경/);

  const stranger = await somebody();
  await stranger.goto(run);
  const seen = stranger.getByLabel(new RegExp(`^좌석 ${number}, `));
  await expect(seen).toHaveAccessibleName(/신청된 자리/);
  await page.goto('/my');
  await page.getByRole('main').getByRole('link').filter({ hasText: run.split('/').pop() ?? '' }).click();
  await expect(page).toHaveURL(application);
  await page.getByRole('button', { name: '신청 취소' }).click();
  await expect(standing(page)).toContainText('취소된 신청입니다.');
  await expect(seen).toHaveAccessibleName(/빈자리/);
  await outbox.next(who.email, /수강신청 취소/);
  await expectAccessible(page);
});

test('promoted while looking: the page says so by itself, and a letter comes', async ({ page, outbox, somebody }) => {
  const who = newcomer('장아홉');
  const run = await openRun(page, lineBehind);
  await signUpToApply(page, outbox, who);
  await page.getByRole('button', { name: '대기자 명단에 신청하기' }).click();
  await expect(standing(page)).toContainText(/대기 \d+번입니다/);
  const rank = Number(/대기 (\d+)번/.exec(await standing(page).innerText())?.[1]);
  await page.goto(run);

  const desk = await somebody();
  await openDesk(desk, run);
  await expectAccessible(desk);
  for (let next = rank; next > 0; next--) {
    await expect(standing(page)).toContainText(`대기 ${next}번입니다`);
    await cancelOne(desk);
  }
  await expect(standing(page)).toContainText('방금 신청 상태가 바뀌었습니다.');
  await expect(standing(page)).toContainText(/좌석은 \S+번입니다/);
  await expectAccessible(page);
  await outbox.next(who.email, /수강 확정/);
});

test('an offer while looking: accepted in time, it is a seat', async ({ page, outbox, somebody }) => {
  const who = newcomer('서열');
  const run = await openRun(page, nobodyBehind);
  await signUpToApply(page, outbox, who);
  await page.getByRole('button', { name: '대기자 명단에 신청하기' }).click();
  await expect(standing(page)).toContainText('대기 1번입니다');
  await page.goto(run);

  const desk = await somebody();
  await openDesk(desk, run);
  await cancelOne(desk);
  await expect(standing(page)).toContainText(/자리가 났습니다. .+까지 확정해 주세요/);
  await expectAccessible(page);
  await outbox.next(who.email, /자리가 났습니다/);
  await page.getByRole('button', { name: '자리 확정하기' }).click();
  await expect(standing(page)).toContainText(/좌석은 \S+번입니다/);
});

/** Where the front desk sees who is in a run. */
async function openDesk(desk: Page, run: string): Promise<void> {
  await signIn(desk, 'desk');
  await desk.goto(run.replace('/courses/', '/desk/'));
}

/** The desk cancels for somebody who has a place, and comes back to the list. */
async function cancelOne(desk: Page): Promise<void> {
  const list = desk.url();
  await desk.getByRole('row').filter({ hasText: '신청완료' }).first().getByRole('link').click();
  await desk.getByRole('textbox', { name: '사유' }).fill('본인이 전화로 취소를 요청함');
  await desk.getByRole('button', { name: '신청 취소' }).click();
  await expect(desk.getByRole('status').filter({ hasText: '신청을 취소했습니다' })).toBeVisible();
  await desk.goto(list);
}

/** Books whatever is free, as somebody who is new. */
async function bookAny(page: Page, outbox: Outbox, run: string, who: Newcomer): Promise<void> {
  await page.goto(run);
  await signUpToApply(page, outbox, who);
  await page.getByRole('button', { name: '빈자리 자동배정으로 신청하기' }).click();
  await expect(standing(page)).toContainText('좌석은');
}

test('where the stream is cut the page asks instead, and after a lost connection it is right again', async ({ page, outbox, somebody }) => {
  const run = await openRun(page, placesLeft);
  const places = page.getByText(/남은 자리 \d+석/).first();
  const left = async () => Number(/남은 자리 (\d+)석/.exec(await places.innerText())?.[1]);
  // A proxy that lets no stream through.
  await page.route('**/events', (route) => route.abort('aborted'));
  await page.reload();
  await expectLive(page);
  const before = await left();
  await bookAny(await somebody(), outbox, run, newcomer('문열셋'));
  await expect.poll(left).toBe(before - 1);

  // And no connection at all.
  await page.route('**/seats', (route) => route.abort('aborted'));
  await page.reload();
  await expectLive(page);
  await bookAny(await somebody(), outbox, run, newcomer('송열넷'));
  expect(await left()).toBe(before - 1);
  await page.unrouteAll();
  await expect.poll(left, { timeout: 20_000 }).toBe(before - 2);
});

test('the desk enters somebody without a phone, moves them and gives their seat back', async ({ page }) => {
  const run = await openRun(page, placesLeft);
  await openDesk(page, run);
  await page.getByRole('textbox', { name: '이름' }).fill('구할머니');
  await page.getByRole('checkbox', { name: /종이 동의서를 받았습니다/ }).check();
  await page.getByRole('button', { name: '접수하기' }).click();
  await expect(standing(page)).toContainText('구**니 님을 접수했습니다. 상태: 신청완료');
  await page.getByRole('link', { name: '구**니' }).last().click();
  await expect(page.getByRole('heading', { level: 1, name: '구할머니' })).toBeVisible();
  await expectAccessible(page);
  const seats = page.getByRole('combobox', { name: '좌석' });
  const seat = (await seats.locator('option').last().getAttribute('value')) ?? '';
  await seats.selectOption(seat);
  await page.getByRole('button', { name: '이 자리로 좌석 변경' }).click();
  await expect(standing(page).first()).toContainText('좌석을 바꾸었습니다.');
  await page.getByRole('textbox', { name: '사유' }).fill('가족이 전화함');
  await page.getByRole('button', { name: '신청 취소' }).click();
  await expect(standing(page).first()).toContainText('신청을 취소했습니다.');
  await expectAccessible(page);
});

test('a seat that somebody else has just taken is refused, and the page shows what is free now', async ({ page, outbox, somebody }) => {
  const other = await somebody({ javaScriptEnabled: false });
  const run = await openRun(page, placesLeft);
  await other.goto(run);
  await signUpToApply(other, outbox, newcomer('임열'));
  await signUpToApply(page, outbox, newcomer('한열하나'));
  const name = (await other.getByRole('button', { name: freeSeat }).first().getAttribute('aria-label')) ?? '';
  await page.getByRole('button', { name, exact: true }).click();
  await expect(standing(page)).toContainText('좌석은');

  await other.getByRole('button', { name, exact: true }).click();
  await expect(other.getByRole('alert')).toContainText('방금 다른 분이 신청했습니다');
  await expect(other.getByRole('img', { name: name.replace('빈자리', '신청된 자리') })).toBeVisible();
  await other.getByRole('button', { name: '빈자리 자동배정으로 신청하기' }).click();
  await expect(standing(other)).toContainText('좌석은');
});

test.describe('without JavaScript', () => {
  test.use({ javaScriptEnabled: false });

  test('the same form books, changes and cancels', async ({ page, outbox }) => {
    const who = newcomer('오열둘');
    const run = await openRun(page, placesLeft);
    await signUpToApply(page, outbox, who);
    await expect(page).toHaveURL(run);
    const list = page.getByRole('combobox', { name: '목록에서 자리 고르기' });
    const number = (await list.locator('option:enabled').first().getAttribute('value')) ?? '';
    await list.selectOption(number);
    await page.getByRole('button', { name: '이 자리로 신청하기' }).click();
    await expect(standing(page)).toContainText(`좌석은 ${number}번입니다.`);

    await page.getByRole('link', { name: '강좌 안내 보기·좌석 변경' }).click();
    const seat = page.getByRole('button', { name: freeSeat }).first();
    const other = await numberOf(seat);
    await seat.click();
    await expect(standing(page)).toContainText(`좌석은 ${other}번입니다.`);
    await page.getByRole('button', { name: '신청 취소' }).click();
    await expect(standing(page)).toContainText('취소된 신청입니다.');
    await outbox.next(who.email, /수강신청 취소/);
  });
});
