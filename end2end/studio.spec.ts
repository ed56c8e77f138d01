// The studio: a resident finds a free time and asks for it, a producer decides, and a series has one date moved.

import { expect, expectAccessible, expectNoSidewaysScroll, signIn, test } from './support/test.ts';

test('a resident finds when the studio is free, asks for it, and reads why it was declined', async ({ page, outbox, somebody }) => {
  await signIn(page, 'resident');
  await page.goto('/calendar/free');
  await page.getByLabel('장소').selectOption({ label: '스튜디오 티브움' });
  await page.getByRole('button', { name: '찾기' }).click();
  await expectAccessible(page);
  await expectNoSidewaysScroll(page);
  await page.locator('.free-list a').last().click();

  await expect(page.getByRole('heading', { level: 1, name: '이용신청' })).toBeVisible();
  await page.getByLabel('녹화').check();
  await page.getByLabel('이용 목적').fill('할머니의 요리');
  await page.getByRole('button', { name: '신청하기' }).click();
  const summary = page.getByRole('alert');
  await expect(summary).toContainText('이용 수칙에 동의해');
  await expectAccessible(page);
  await page.getByLabel('이용 수칙을 읽었고').check();
  await page.getByRole('button', { name: '신청하기' }).click();
  await expect(page.getByRole('status')).toContainText('신청했습니다');
  await expect(page.getByRole('main')).toContainText('승인대기');
  await expectAccessible(page);
  const path = new URL(page.url()).pathname;

  const producer = await somebody();
  await signIn(producer, 'producer');
  await producer.goto('/manage/studio');
  await expectAccessible(producer);
  await producer.getByRole('link', { name: /할머니의 요리/ }).first().click();
  await producer.getByLabel('반려 사유').fill('그 주에는 조명을 고칩니다.');
  await producer.getByRole('button', { name: '반려' }).click();
  await expect(producer.getByRole('status')).toContainText('반려했습니다');
  await expectAccessible(producer);

  await page.goto(path);
  await expect(page.getByRole('main')).toContainText('그 주에는 조명을 고칩니다.');
  const letter = await outbox.next('hana@example.org', /이용신청 반려: 할머니의 요리/);
  expect(letter.text).toContain('그 주에는 조명을 고칩니다.');
});

test('a producer makes a series and moves one of its dates', async ({ page }) => {
  await signIn(page, 'producer');
  // Three Wednesdays, so far ahead that nothing of the demonstration is there.
  const day = 24 * 60 * 60 * 1000;
  const first = new Date(Date.now() + 9 * 60 * 60 * 1000 + 70 * day);
  first.setUTCDate(first.getUTCDate() + ((10 - first.getUTCDay()) % 7));
  const date = (days: number) => new Date(first.getTime() + days * day).toISOString().slice(0, 10);
  await page.goto(`/studio/new?place=tvum&date=${date(0)}&start=14:00&end=15:00`);
  await page.getByLabel('기타').check();
  await page.getByLabel('이용 목적').fill('주간 화상회의');
  await page.getByLabel('반복', { exact: true }).selectOption('weekly');
  await page.getByLabel('반복 횟수').fill('3');
  await page.getByRole('button', { name: '신청하기' }).click();
  await expect(page.getByRole('status')).toContainText('3');
  const others = page.getByRole('row').filter({ hasText: '14:00~15:00' });
  await expect(others).toHaveCount(2);

  const before = page.url();
  await others.first().getByRole('link').click();
  await page.waitForURL((url) => url.href !== before);
  await page.getByRole('link', { name: '일정 바꾸기' }).click();
  await page.getByLabel('날짜', { exact: true }).fill(date(8));
  await page.getByLabel('시작 시각').fill('16:00');
  await page.getByLabel('끝나는 시각').fill('17:00');
  await page.getByRole('button', { name: '바꾸기' }).click();
  await expect(page.getByRole('alert')).toContainText('한 줄로');
  await expectAccessible(page);
  await page.getByLabel('바꾸는 사유').fill('그날은 축제를 찍습니다.');
  await page.getByRole('button', { name: '바꾸기' }).click();
  await expect(page.getByRole('status')).toContainText('일정을 바꾸었습니다');
  await expectAccessible(page);
  // The others stay where they were.
  await expect(others).toHaveCount(2);
  await expect(page.getByRole('main')).toContainText('16:00~17:00');
});
