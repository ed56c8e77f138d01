// Recorded lessons: what YouTube's player plays is counted, one goes on where one left off, and a line of the transcript leads
// to its moment.

import type { Page } from '@playwright/test';

import { expect, expectAccessible, expectLive, expectNoSidewaysScroll, signIn, test } from './support/test.ts';

/**
 * A player that speaks YouTube's messages and plays ten times as fast: from where it is told up to `until`, where it pauses.
 * It says nothing before somebody listens.
 */
function player(until: number): string {
  return `<!doctype html><html lang="ko"><title>player</title><div><button>재생</button><output></output></div><script>
    let second = Number(new URL(location.href).searchParams.get('start')), state = -1, listener;
    const say = (event) => {
      document.querySelector('output').textContent = second + ' ' + state;
      listener?.source.postMessage(JSON.stringify({ event, info: { currentTime: second, playerState: state } }), listener.origin);
    };
    const play = () => { state = 1; say('infoDelivery'); };
    document.querySelector('button').onclick = play;
    addEventListener('message', (event) => {
      const said = JSON.parse(event.data);
      if (said.event === 'listening') { listener = event; say('initialDelivery'); }
      if (said.func === 'seekTo') { second = said.args[0]; say('infoDelivery'); }
      if (said.func === 'playVideo') play();
    });
    setInterval(() => {
      if (state !== 1) return;
      second += 1;
      if (second === ${until}) state = 2;
      say('infoDelivery');
    }, 100);
  </script></html>`;
}

async function standIn(page: Page, until: number): Promise<void> {
  await page.route('https://www.youtube-nocookie.com/**', (route) =>
    route.fulfill({ contentType: 'text/html; charset=utf-8', body: player(until) }),
  );
}

test('what is played counts, and one goes on where one left off', async ({ page, watcher }) => {
  watcher.expect(/request to a stranger: https:\/\/www\.youtube-nocookie\.com\/embed\/demo-less01\?/);
  await standIn(page, 22);
  await signIn(page, 'resident');
  await page.goto('/lessons');
  await page.getByRole('link', { name: '마우스 잡기와 누르기' }).click();
  await expectAccessible(page);
  await expectNoSidewaysScroll(page);
  await expect(page.locator('iframe')).toHaveCount(0);
  await page.getByRole('link', { name: '영상 보기' }).click();
  await expectLive(page);
  await expectNoSidewaysScroll(page);

  const frame = page.frameLocator('#player iframe');
  const reported = page.waitForResponse((answer) => {
    return answer.url().endsWith('/progress') && (answer.request().postData() ?? '').includes('"position":22');
  });
  await frame.getByRole('button', { name: '재생' }).click();
  await expect(page.getByText('지금까지 10% 보셨습니다.')).toBeVisible();
  expect((await reported).status()).toBe(204);
  const line = page.locator('.transcript[lang=ko] [aria-current]');
  await expect(line).toHaveText('0:11');
  await expectAccessible(page);

  await page.goto('/lessons/E-001');
  await expect(page.getByText('10% 봄')).toBeVisible();
  await page.getByRole('link', { name: '이어서 보기 (0:22부터)' }).click();
  await expectLive(page);
  await expect(page.locator('#player iframe')).toHaveAttribute('src', /start=22/);
  await expect(page.getByText('지금까지 10% 보셨습니다.')).toBeVisible();
  const address = page.url();
  await expect(frame.locator('output')).toHaveText('22 -1');
  await page.locator('.transcript[lang=ko]').getByRole('link', { name: '1:30', exact: true }).press('Enter');
  await expect(frame.locator('output')).toHaveText(/^\d+ 1$/);
  await expect(line).toHaveText('1:30');
  expect(page.url(), 'the page was not opened anew').toBe(address);
  await page.goto('/my');
  await expect(page.getByRole('row', { name: /마우스 잡기와 누르기/ })).toContainText('%');
});

test.describe('without scripts', () => {
  test.use({ javaScriptEnabled: false });

  test('one says oneself that one has watched a lesson, and a line still leads to its moment', async ({ page, watcher }) => {
    watcher.expect(/request to a stranger: https:\/\/www\.youtube-nocookie\.com/);
    await standIn(page, 22);
    await signIn(page, 'employee');
    await page.goto('/lessons/E-003');
    await page.locator('.transcript').getByRole('link', { name: '2:00', exact: true }).click();
    await expect(page.locator('#player iframe')).toHaveAttribute('src', /start=120/);
    await page.getByRole('button', { name: '끝까지 보았습니다' }).click();
    await expect(page.getByRole('status')).toContainText('끝까지 보신 것으로 표시했습니다');
    await expect(page.getByText('보았다고 표시함')).toBeVisible();
    await expect(page.getByRole('button', { name: '끝까지 보았습니다' })).toHaveCount(0);
  });
});
