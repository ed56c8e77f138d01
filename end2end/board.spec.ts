// The boards: a producer puts a poster up, and the screen in the hall shows it, in turn with the others and without a hand on it.

import { fileURLToPath } from 'node:url';

import { expect, expectAccessible, expectLive, expectNoSidewaysScroll, signIn, test } from './support/test.ts';

const poster = fileURLToPath(new URL('../server/demo/poster-studio.png', import.meta.url));

test('a producer puts a poster up, and the screen shows it by itself', async ({ page, somebody }) => {
  // The screen asks in rounds of half a minute.
  test.setTimeout(120_000);
  const screen = await somebody({ viewport: { width: 1280, height: 720 } });
  await screen.goto('/boards/lobby');
  await expectLive(screen);
  await expectAccessible(screen);
  await expectNoSidewaysScroll(screen);
  // Playing, since it makes no sound.
  const clip = screen.locator('.board-video video');
  await expect.poll(() => clip.evaluate((video: HTMLVideoElement) => video.currentTime), { timeout: 15_000 }).toBeGreaterThan(0);

  await signIn(page, 'producer');
  await page.goto('/manage/boards/lobby');
  await expectAccessible(page);
  await expectNoSidewaysScroll(page);
  await page.getByRole('link', { name: '왼쪽 포스터 올리기' }).click();
  await expectAccessible(page);
  await page.getByRole('button', { name: '올리기' }).click();
  await expect(page.getByRole('alert')).toContainText('파일을 골라 주십시오');
  await page.getByLabel('파일').setInputFiles(poster);
  await page.getByLabel(/^제목/).fill('새 포스터');
  await page.getByLabel('한 번에 보이는 시간').fill('5');
  await page.getByRole('button', { name: '올리기' }).click();
  await expect(page.getByRole('status')).toContainText('올렸습니다');

  // It asks every half minute, and another poster has its turn before.
  const shown = screen.getByRole('img', { name: '새 포스터' });
  await expect(shown).toBeVisible({ timeout: 60_000 });
  const times: number[] = await clip.evaluate(async (video: HTMLVideoElement) => {
    const before = video.currentTime;
    await new Promise((done) => setTimeout(done, 1000));
    return [before, video.currentTime];
  });
  expect(times[1], 'the clip went on meanwhile').not.toBe(times[0]);
  await page.getByRole('link', { name: '새 포스터' }).click();
  await expectAccessible(page);
  await page.getByRole('button', { name: '내리기' }).click();
  await expect(page.getByRole('status')).toContainText('내렸습니다');
});

test('a screen whose device asks for less motion shows the title of a clip', async ({ somebody }) => {
  const screen = await somebody({ reducedMotion: 'reduce' });
  await screen.goto('/boards/lobby');
  await expect(screen.locator('.board-video video')).toBeHidden();
  await expect(screen.locator('.board-still')).toBeVisible();
});
