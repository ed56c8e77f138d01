// An online class while it goes on: questions and the attendance code come and go, and the player goes on.

import type { Page } from '@playwright/test';

import { expect, expectAccessible, expectLive, expectNoSidewaysScroll, signIn, test } from './support/test.ts';
import type { Watcher } from './support/watcher.ts';

/** The demonstration's class of today: its code begins with the year in Seoul. */
const year = new Date(Date.now() + 9 * 60 * 60 * 1000).getUTCFullYear() % 100;
const live = `/live/P${year}-900-6`;

/** Islands ask every ten seconds. */
const soon = { timeout: 20_000 };

const player = '<!doctype html><html lang="ko"><head><title>방송</title></head><body></body></html>';

/** Stands in for YouTube's player, which nobody reaches from here. */
async function withoutYouTube(page: Page, watcher: Watcher): Promise<void> {
  watcher.expect(/^request to a stranger: https:\/\/www\.youtube-nocookie\.com\/embed\//);
  // Where two windows are open the one behind draws no frames, and a click may find the player where it was before the
  // page was scrolled: hence the keyboard below.
  await page.route('https://www.youtube-nocookie.com/**', (route) => route.fulfill({ contentType: 'text/html', body: player }));
}

/** Marks the player; a page that is opened anew has another. */
async function mark(page: Page): Promise<void> {
  await page.locator('.live-player iframe').evaluate((player) => player.setAttribute('data-mark', 'same'));
}

async function expectSamePlayer(page: Page): Promise<void> {
  await expect(page.locator('.live-player iframe')).toHaveAttribute('data-mark', 'same');
}

async function expectFit(page: Page): Promise<void> {
  await expectNoSidewaysScroll(page);
  await expectAccessible(page);
}

test('a learner asks, the instructor hides it and closes the box, and the player goes on', async ({ page, somebody, watcher }) => {
  test.setTimeout(150_000);
  // A refused form is what this is about, and an island's form is answered with the status of any form.
  watcher.expect(/^status (422|429): .*\/(ask|attend)$/);
  const words = `사진이 흐리게 나옵니다 ${test.info().project.name}`;
  const instructor = await somebody();
  await signIn(instructor, 'instructor');
  await instructor.goto(`${live}/host`);
  await expectLive(instructor);
  await expectFit(instructor);

  await signIn(page, 'resident');
  await withoutYouTube(page, watcher);
  await page.goto(live);
  await expectLive(page);
  await mark(page);
  await expectFit(page);

  const nickname = page.getByRole('textbox', { name: '별명' });
  const question = page.getByRole('textbox', { name: '질문 내용' });
  const send = page.getByRole('button', { name: '질문 보내기' });
  await nickname.fill('이강사');
  await question.fill(words);
  await send.press('Enter');
  await expect(nickname).toHaveAccessibleDescription(/진행하는 사람의 이름은 별명으로 쓸 수 없습니다/);
  await expect(nickname).toBeFocused();
  await expect(question).toHaveValue(words);
  await expectFit(page);
  await nickname.fill('열공');
  await send.press('Enter');
  await expect(page.getByRole('status').filter({ hasText: '질문을 보냈습니다.' })).toBeVisible();
  await expect(question).toHaveValue('');
  await expect(nickname).toHaveValue('열공');
  const sent = page.getByRole('listitem').filter({ hasText: words });
  await expect(sent).toBeVisible();
  await question.fill('또 하나');
  await send.press('Enter');
  await expect(question).toHaveAccessibleDescription(/조금 전에 질문을 보내셨습니다/);
  await expect(question).toHaveValue('또 하나');
  await expectSamePlayer(page);

  // It comes to whoever presents by itself, and what has the focus there keeps it.
  const close = instructor.getByRole('button', { name: '질문 그만 받기' });
  await close.focus();
  const received = instructor.getByRole('listitem').filter({ hasText: words });
  await expect(received).toBeVisible(soon);
  await expect(close).toBeFocused();
  await received.getByRole('button', { name: /^숨기기: 열공/ }).click();
  await expect(received).toContainText('숨김');
  await expect(instructor.getByRole('heading', { name: '수강생의 질문' })).toBeFocused();
  await question.focus();
  await expect(sent).toHaveCount(0, soon);
  await expect(question).toBeFocused();
  await expect(question).toHaveValue('또 하나');

  await close.click();
  await expect(instructor.getByRole('button', { name: '질문 받기' })).toBeFocused();
  await expect(page.getByText('지금은 질문을 받지 않습니다.')).toBeVisible(soon);
  await expect(question).toHaveCount(0);
  await instructor.getByRole('button', { name: '질문 받기' }).click();
  await expect(question).toHaveValue('또 하나', soon);
  await expectSamePlayer(page);
});

test('a code that is shown is entered below the player', async ({ page, somebody, watcher }) => {
  test.setTimeout(120_000);
  watcher.expect(/^status 422: .*\/attend$/);
  const instructor = await somebody();
  await signIn(instructor, 'instructor');
  await signIn(page, 'resident');
  await withoutYouTube(page, watcher);
  await page.goto(live);
  await expectLive(page);
  await mark(page);

  await instructor.goto(`${live}/host`);
  await instructor.getByRole('button', { name: '출석번호 보이기' }).click();
  const shown = instructor.getByRole('img', { name: /^출석번호 \d \d \d \d$/ });
  await expect(shown).toBeVisible();
  await expectLive(instructor);
  await expectFit(instructor);
  const digits = await shown.innerText();

  const code = page.getByRole('textbox', { name: '네 자리 번호' });
  await expect(code).toBeVisible(soon);
  await expect(page.getByRole('status').filter({ hasText: '강사가 출석번호를 알려 주었습니다' })).toBeVisible();
  await code.fill(String((Number(digits) + 1) % 10_000).padStart(4, '0'));
  await code.press('Enter');
  await expect(code).toHaveAccessibleDescription(/번호가 다릅니다. 4번 더/);
  await expect(code).toBeFocused();
  await expectFit(page);
  await page.goto('/code');
  await expectFit(page);
  await page.goto(live);
  await expectLive(page);
  await mark(page);
  await code.fill(digits);
  await code.press('Enter');
  await expect(page.getByRole('status').filter({ hasText: '출석번호를 받았습니다' })).toBeVisible();
  await expect(code).toHaveCount(0);
  await expectSamePlayer(page);
  await expect(instructor.getByText('10명 가운데 1명이 넣었습니다.')).toBeVisible(soon);
  await page.goto('/code');
  await expect(page.getByText('출석번호를 받았습니다')).toBeVisible();
  await expectFit(page);
});
