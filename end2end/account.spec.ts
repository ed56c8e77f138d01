// Becoming somebody here: with an e-mail address or a phone, by the code or by the link.

import { expect, expectAccessible, fillSignUp, newcomer, test, typeCode } from './support/test.ts';

test('a newcomer signs up and types the code from the letter', async ({ page, outbox }) => {
  const { name, email } = newcomer('김하나');
  await page.goto('/');
  await page.getByRole('link', { name: '로그인' }).click();
  await page.getByRole('link', { name: '회원가입' }).click();
  await expectAccessible(page);
  await fillSignUp(page, { name, email });
  await expect(page.getByRole('heading', { name: '인증번호 입력' })).toBeVisible();
  await expectAccessible(page);
  await typeCode(page, outbox, email);
  await expect(page.getByRole('link', { name: `${name} 님` })).toBeVisible();
  await expect(page.getByRole('heading', { level: 1, name: '나의 수강내역' })).toBeVisible();
});

test('a newcomer signs up and opens the link in the letter', async ({ page, outbox }) => {
  const { name, email } = newcomer('이두리');
  await page.goto('/sign-up');
  await fillSignUp(page, { name, email });
  const letter = await outbox.next(email, /confirm/);
  const link = letter.links.find((url) => url.includes('/confirm/'));
  await page.goto(link ?? '');
  await page.getByRole('button', { name: '확인', exact: true }).click();
  await expect(page.getByRole('link', { name: `${name} 님` })).toBeVisible();
});

test('a phone number alone signs up, and signs in again', async ({ page, outbox }) => {
  const { name, phone } = newcomer('박세찬');
  await page.goto('/sign-up');
  await fillSignUp(page, { name, phone });
  await typeCode(page, outbox, phone);
  await expect(page.getByRole('link', { name: `${name} 님` })).toBeVisible();

  await page.getByRole('button', { name: '로그아웃' }).click();
  await page.goto('/sign-in');
  await page.getByRole('textbox', { name: '휴대전화 번호 또는 이메일' }).first().fill(phone.replaceAll('-', ''));
  await page.getByRole('button', { name: '인증번호 받기' }).click();
  await typeCode(page, outbox, phone);
  await expect(page.getByRole('link', { name: `${name} 님` })).toBeVisible();
});

test('a wrong code is refused with a sentence at its field', async ({ page }) => {
  await page.goto('/sign-up');
  await fillSignUp(page, { name: '최네모', email: newcomer('').email });
  await page.getByRole('textbox', { name: '인증번호' }).fill('12345');
  await page.getByRole('button', { name: '확인', exact: true }).click();
  await expect(page.getByRole('alert')).toContainText('인증번호 여섯 자리를 적어 주세요.');
  await expect(page.getByRole('textbox', { name: '인증번호' })).toHaveAccessibleDescription(/여섯 자리를 적어 주세요/);
  await expectAccessible(page);
});

test.describe('without JavaScript', () => {
  test.use({ javaScriptEnabled: false });

  test('a newcomer signs up, sees their account and signs out', async ({ page, outbox }) => {
    const { name, email } = newcomer('정다섯');
    await page.goto('/sign-up');
    await fillSignUp(page, { name, email });
    await typeCode(page, outbox, email);
    await page.getByRole('link', { name: `${name} 님` }).click();
    await expect(page.getByRole('heading', { level: 1, name: '내 정보' })).toBeVisible();
    await page.getByRole('button', { name: '로그아웃', exact: true }).first().click();
    await expect(page.getByRole('status')).toContainText('로그아웃했습니다.');
  });
});
