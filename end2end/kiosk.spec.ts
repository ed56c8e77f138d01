// A kiosk at a device of its own: opened by a link once, then a field that anybody uses by keys alone.

import { expect, expectAccessible, expectNoSidewaysScroll, signIn, test } from './support/test.ts';

test('a device becomes a kiosk and says what is wrong with a number', async ({ page, somebody }) => {
  await signIn(page, 'administrator');
  await page.goto('/manage/kiosks');
  await page.getByLabel('단말 이름').fill('시험 단말');
  await page.getByLabel('두는 곳').fill('2층 복도');
  await page.getByRole('button', { name: '추가하고 주소 받기' }).click();
  const link = await page.getByLabel('단말에서 열 주소').inputValue();
  await expectAccessible(page);

  const device = await somebody();
  await device.goto(link);
  await expectAccessible(device);
  await device.getByRole('button', { name: '이 기기를 출석 단말로 쓰기' }).click();
  await expect(device).toHaveURL(/\/kiosk$/);
  const field = device.getByRole('textbox');
  await expect(field).toBeFocused();
  await expectAccessible(device);
  await expectNoSidewaysScroll(device);
  await device.keyboard.type('123 45');
  await device.keyboard.press('Enter');
  await expect(device.getByRole('alert')).toContainText('숫자 여섯 자리');
  await expect(device.getByRole('alert')).toBeFocused();
  await expect(field).toHaveValue('');
  await expectAccessible(device);
});
