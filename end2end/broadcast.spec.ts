// Broadcasts: a channel is connected, an online class goes to YouTube, is watched and ended, and what to do when YouTube can't be
// reached. YouTube is the tests' own (`support/youtube.ts`), which the journeys play.

import type { Page } from '@playwright/test';

import { widths, zoomed } from './support/browser.ts';
import type { Newcomer } from './support/people.ts';
import { minute, publishOnlineRun, wall } from './support/run.ts';
import { expect, expectAccessible, expectNoSidewaysScroll, fillSignUp, newcomer, signIn, signUpToApply, typeCode } from './support/test.ts';
import { test } from './support/youtube.ts';

// YouTube is spoken to every few seconds, and around the start of a class it is looked at every half minute.
test.describe.configure({ timeout: 180_000 });
const soon = { timeout: 30_000 };
const inAWhile = { timeout: 90_000 };

async function expectFit(page: Page): Promise<void> {
  await expectAccessible(page);
  await expectNoSidewaysScroll(page);
}

/** Allows it on Google's page for the office's channel, unless it is allowed already. */
async function connect(page: Page): Promise<void> {
  await page.goto('/manage/channels');
  await page.getByRole('link', { name: '채널 연결하기' }).click();
  await page.getByRole('link', { name: '구청 TV' }).click();
  await expect(page.getByRole('status')).toContainText('채널을 연결했습니다');
}

/** Registers an encoder, and waits until it has its stream. */
async function addEncoder(page: Page, name: string): Promise<void> {
  await page.goto('/manage/channels');
  const form = page.locator('form').filter({ has: page.getByLabel('장비 이름') });
  await form.getByLabel('장비 이름').fill(name);
  await form.getByLabel('채널').selectOption({ label: '구청 TV' });
  await form.getByRole('button', { name: '장비 등록' }).click();
  await expect(page.getByRole('status')).toContainText('장비를 등록했습니다');
  await untilThere(page, () => expect(page.getByRole('button', { name: `${name} 스트림 키 보기` })).toBeVisible({ timeout: 100 }));
}

/** Opens the page anew until it says so, as somebody does who waits. */
async function untilThere(page: Page, isThere: () => Promise<void>): Promise<void> {
  await expect(async () => {
    await page.reload();
    await isThere();
  }).toPass({ intervals: [1_000], ...soon });
}

/** Somebody new, to whom an administrator gives the duty of an instructor. */
async function instructor(page: Page, administrator: Page, who: Newcomer, code: () => Promise<void>): Promise<void> {
  await page.goto('/sign-up');
  await fillSignUp(page, { name: who.name, email: who.email });
  await code();
  await signIn(administrator, 'administrator');
  await administrator.goto('/manage/people');
  await administrator.getByRole('searchbox').fill(who.name);
  await administrator.getByRole('button', { name: '찾기' }).click();
  await administrator.getByRole('main').getByRole('row').getByRole('link').first().click();
  await administrator.getByRole('button', { name: '강사 권한 주기' }).click();
  await expect(administrator.getByRole('status')).toContainText('권한을 주었습니다');
}

/** Moves the class of a run to begin then, in Seoul on one day. */
async function moveClass(page: Page, code: string, at: number): Promise<void> {
  // Nobody teaches over midnight.
  const start = wall(at).time === '23:59' ? wall(at + minute) : wall(at);
  const later = wall(at + 50 * minute);
  await page.goto(`/manage/runs/${code}?class=1`);
  const form = page.locator('form').filter({ has: page.getByRole('button', { name: '옮기기' }) });
  await form.getByLabel('날짜').fill(start.date);
  await form.getByLabel('시작 시각').fill(start.time);
  await form.getByLabel('끝나는 시각').fill(later.date === start.date ? later.time : '23:59');
  await form.getByLabel('사유').fill('그날은 쉽니다.');
  await form.getByRole('button', { name: '옮기기' }).click();
  await expect(page.getByRole('status')).toContainText('차시를 옮기고');
}

/** Plans the broadcasts of a run from the list of what there is to plan. */
async function plan(page: Page, code: string, encoder: string): Promise<void> {
  await page.goto('/manage/broadcasts');
  const form = page.locator('form').filter({ has: page.getByLabel('무엇을') });
  const what = await form.getByRole('option').filter({ hasText: code }).first().getAttribute('value');
  await form.getByLabel('무엇을').selectOption(what);
  await form.getByLabel('송출 장비').selectOption({ label: encoder });
  await form.getByRole('button', { name: '예약하기' }).click();
  await expect(page.getByRole('status')).toContainText('예약했습니다');
}

/** Answers in the place of YouTube's player, so that nobody is asked. */
async function withPlayer(page: Page): Promise<Page> {
  await page.context().route('https://www.youtube-nocookie.com/**', (route) =>
    route.fulfill({ contentType: 'text/html; charset=utf-8', body: '<!doctype html><html lang="ko"><title>재생</title><p>재생하는 화면</p></html>' }),
  );
  return page;
}

test('a producer connects a channel, gives it an encoder, gives it up and connects it again', async ({ page }) => {
  await signIn(page, 'producer');
  await page.goto('/manage/broadcasts');
  await page.getByRole('link', { name: '유튜브 채널' }).first().click();
  await expect(page.getByRole('main')).toContainText('연결된 채널이 없습니다');
  await page.getByRole('link', { name: '채널 연결하기' }).click();
  await page.getByRole('link', { name: '취소' }).click();
  await expect(page.getByRole('status')).toContainText('연결을 허락하지 않았습니다');
  await expect(page.getByRole('main')).toContainText('연결된 채널이 없습니다');
  await expectFit(page);

  await connect(page);
  const channel = page.getByRole('listitem').filter({ has: page.getByRole('heading', { name: '구청 TV' }) });
  await expect(channel).toContainText('연결됨');
  await addEncoder(page, '이동 송출기');
  await expectFit(page);
  await page.getByRole('button', { name: '이동 송출기 스트림 키 보기' }).click();
  await expect(page.getByRole('textbox', { name: '스트림 키' })).toHaveValue(/^strk-/);
  await expectFit(page);

  await channel.getByRole('button', { name: '연결 끊기' }).click();
  await expect(page.getByRole('status')).toContainText('연결을 끊었습니다');
  await expect(channel).toContainText('연결 해제');
  await expectFit(page);
  await connect(page);
  await expect(channel).toContainText('연결됨');
});

test('an online class is planned, watched, ended and watched again', async ({ page, outbox, somebody, youtube }) => {
  const [manager, administrator, producer] = [await somebody(), await somebody(), page];
  const teacher = await somebody(zoomed);
  const teaching = newcomer('노강사');
  await instructor(teacher, administrator, teaching, () => typeCode(teacher, outbox, teaching.email));
  await signIn(manager, 'manager');
  const run = await publishOnlineRun(manager, { teacher: teaching.name, account: teaching.name });
  const code = `${run}-1`;

  await signIn(producer, 'producer');
  await connect(producer);
  await addEncoder(producer, '방송실 송출기');
  await plan(producer, run, '방송실 송출기');
  const row = producer.getByRole('row').filter({ hasText: '1차시' });
  await untilThere(producer, () => expect(row).toContainText('만들어짐', { timeout: 100 }));
  await expectFit(producer);

  // A class that moves takes its broadcast along; a day before it begins it waits for its encoder.
  await moveClass(manager, run, Date.now() + 10 * minute);
  await untilThere(producer, () => expect(row).toContainText('대기 중', { timeout: 100 }));
  await row.getByRole('link').click();
  await producer.getByText('지난 일').click();
  const history = producer.locator('details').filter({ hasText: '지난 일' }).getByRole('listitem');
  await expect(history).toContainText(['예약 → 예정', '→ 만드는 중', '→ 만들어짐', '→ 송출 연결 중', '→ 대기 중']);
  await expectFit(producer);

  const watcher = await withPlayer(await somebody(widths.phone));
  await watcher.goto(`/courses/${run}`);
  await signUpToApply(watcher, outbox, newcomer('이어진'));
  await watcher.getByRole('button', { name: '수강신청하기' }).click();
  await expect(watcher.getByRole('main')).toContainText('신청이 완료되었습니다');
  await watcher.getByRole('link', { name: '실시간 방송 보기' }).click();
  await watcher.getByRole('link', { name: /1차시/ }).click();
  await expect(watcher).toHaveURL(`/live/${code}`);
  await expect(watcher.locator('.live-countdown')).toContainText(/시작까지 \d+분 \d+초/);
  await expect(watcher.locator('iframe')).toHaveCount(0);
  await expectFit(watcher);

  // Who has no place reads why, and a stranger signs in first.
  const other = await somebody();
  await signIn(other, 'resident');
  const refused = await other.goto(`/live/${code}`);
  expect(refused?.status()).toBe(403);
  await expectFit(other);
  const plain = await withPlayer(await somebody({ javaScriptEnabled: false, storageState: await watcher.context().storageState() }));
  await plain.goto(`/live/${code}`);
  await expect(plain.getByRole('main')).toContainText('아직 시작하지 않았습니다');

  await teacher.goto(`/live/${code}/host`);
  await expect(teacher.getByRole('main')).toContainText('아직 방송 전입니다');
  await expectFit(teacher);
  await youtube.play({ act: 'send', encoder: '방송실 송출기' });
  await expect(watcher.locator('.live-player iframe')).toBeVisible(inAWhile);
  const [shown] = (await youtube.broadcasts()).filter((it) => it.status.lifeCycleStatus === 'live');
  await expect(watcher.locator('.live-player iframe')).toHaveAttribute('src', new RegExp(`/embed/${shown?.id}\\?`));
  await expect(watcher.frameLocator('.live-player iframe').getByText('재생하는 화면')).toBeVisible();
  await expectFit(watcher);
  await plain.reload();
  await expect(plain.locator('.live-player iframe')).toBeVisible();

  // The page of whoever presents has turned by itself too.
  const end = teacher.getByRole('button', { name: '방송 끝내기' });
  await expect(end).toBeVisible(soon);
  await expectFit(teacher);
  await end.click();
  await expect(teacher.getByText('끝내도록 했습니다')).toBeVisible();
  await expect(teacher.getByRole('main')).toContainText('방송이 끝났습니다', soon);
  await expectFit(teacher);

  const replay = watcher.getByRole('link', { name: '다시보기' });
  await expect(replay).toBeVisible(soon);
  await expect(watcher.locator('iframe'), 'nothing of YouTube is loaded unasked').toHaveCount(0);
  await expectFit(watcher);
  await replay.click();
  await expect(watcher.locator('.live-player iframe')).toBeVisible();
  await plain.reload();
  await plain.getByRole('link', { name: '다시보기' }).click();
  await expect(plain.locator('.live-player iframe')).toBeVisible();
});

test('a grant dies before a class: staff show another video by hand, connect again and hand it back', async ({ page, somebody, youtube }) => {
  const [manager, producer] = [await somebody(), await withPlayer(page)];
  await signIn(manager, 'manager');
  const run = await publishOnlineRun(manager, { teacher: '한강사' });
  const code = `${run}-1`;
  await signIn(producer, 'producer');
  await connect(producer);
  await addEncoder(producer, '강의실 송출기');
  await plan(producer, run, '강의실 송출기');
  const row = producer.getByRole('row').filter({ has: producer.locator(`a[href$="${code}"]`) });
  await untilThere(producer, () => expect(row).toContainText('만들어짐', { timeout: 100 }));

  await youtube.play({ act: 'take_back' });
  // Now there is something to say to YouTube.
  await moveClass(manager, run, Date.now() + 1.6 * minute);
  const banner = producer.getByRole('alert').filter({ hasText: '연결이 끊어졌습니다: 구청 TV' });
  await untilThere(producer, () => expect(banner).toBeVisible({ timeout: 100 }));
  await expectFit(producer);
  await row.getByRole('link').click();
  await expect(banner).toBeVisible();

  const link = producer.getByLabel('유튜브 주소');
  await link.fill('https://vimeo.com/76979871');
  await producer.getByRole('button', { name: '이 주소로 보여 주기' }).click();
  await expect(link).toHaveAccessibleDescription(/유튜브 동영상의 주소를 적어 주십시오/);
  await expectFit(producer);
  const watched = await producer.context().newPage();
  await watched.goto(`/live/${code}`);
  await link.fill('https://youtu.be/dQw4w9WgXcQ');
  await producer.getByRole('button', { name: '이 주소로 보여 주기' }).click();
  await expect(producer.getByRole('main')).toContainText('수동');
  await expectFit(producer);

  await banner.getByRole('link', { name: '다시 연결하기' }).click();
  await connect(producer);
  await expect(banner).toHaveCount(0);
  await producer.goto(`/manage/broadcasts/${code}`);
  await expect(banner).toHaveCount(0);
  // It is shown by its time, since nobody tells when it begins.
  await expect(watched.locator('.live-player iframe')).toHaveAttribute('src', /\/embed\/dQw4w9WgXcQ\?/, inAWhile);
  await producer.getByRole('button', { name: '자동으로 되돌리기' }).click();
  const trouble = producer.getByRole('alert').filter({ hasText: '유튜브에서 방송이 없어졌습니다' });
  await untilThere(producer, () => expect(trouble).toBeVisible({ timeout: 100 }));
  await expectFit(producer);
  const before = (await youtube.broadcasts()).length;
  await producer.getByRole('button', { name: '새로 만들기' }).click();
  await untilThere(producer, () => expect(producer.getByRole('main')).toContainText('대기 중', { timeout: 100 }));
  expect(await youtube.broadcasts()).toHaveLength(before + 1);
});
