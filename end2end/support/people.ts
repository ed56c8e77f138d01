// The demonstration's people, and how one signs in.

import { randomInt, randomUUID } from 'node:crypto';

import type { Page } from '@playwright/test';

import type { Outbox } from './outbox.ts';

/** One for each role; `serve --demo` prints the same. */
export const accounts = {
  resident: 'hana@example.org',
  employee: 'staff@office.example.org',
  instructor: 'instructor@example.org',
  producer: 'producer@office.example.org',
  manager: 'manager@office.example.org',
  desk: 'desk@office.example.org',
  privacy: 'privacy@office.example.org',
  administrator: 'admin@office.example.org',
} as const;

export type Account = keyof typeof accounts;
export const password = 'demo-centre';

export function isAccount(name: string): name is Account {
  return name in accounts;
}

/** Signs in by password, through the form; ends where the page leads. */
export async function signIn(page: Page, account: Account): Promise<void> {
  await page.goto('/sign-in');
  await page.getByText('비밀번호로 로그인').click();
  const form = page.locator('form').filter({ has: page.getByLabel('비밀번호') });
  await form.getByLabel('휴대전화 번호 또는 이메일').fill(accounts[account]);
  await form.getByLabel('비밀번호').fill(password);
  await form.getByRole('button', { name: '로그인' }).click();
  await page.waitForURL((url) => url.pathname !== '/sign-in');
}

/** Somebody who has not been here before. */
export interface Newcomer {
  readonly name: string;
  readonly email: string;
  readonly phone: string;
}

export function newcomer(name: string): Newcomer {
  const digits = () => String(randomInt(10_000)).padStart(4, '0');
  return { name, email: `${randomUUID()}@example.org`, phone: `010-${digits()}-${digits()}` };
}

/** Fills in the sign-up form that `page` shows with what is required and no more. */
export async function fillSignUp(page: Page, who: Pick<Newcomer, 'name'> & Partial<Newcomer>): Promise<void> {
  await page.getByRole('textbox', { name: '이름' }).fill(who.name);
  if (who.phone !== undefined) await page.getByRole('textbox', { name: '휴대전화 번호' }).fill(who.phone);
  if (who.email !== undefined) await page.getByRole('textbox', { name: '이메일' }).fill(who.email);
  await page.getByRole('checkbox', { name: '법령에 따른 교육 이수 기록' }).check();
  await page.getByRole('checkbox', { name: '수강신청과 안내' }).check();
  await page.getByRole('button', { name: '인증번호 받기' }).click();
}

/** Types the code that was sent to `address` into the page that asks for it. */
export async function typeCode(page: Page, outbox: Outbox, address: string): Promise<void> {
  const { code } = await outbox.next(address, /\d{6}/);
  await page.getByRole('textbox', { name: '인증번호' }).fill(code ?? '');
  await page.getByRole('button', { name: '확인', exact: true }).click();
}

/** Signs up from a run's page and comes back to it. */
export async function signUpToApply(page: Page, outbox: Outbox, { name, email }: Newcomer): Promise<void> {
  await page.getByRole('link', { name: '로그인하고 신청하기' }).click();
  await page.getByRole('link', { name: '회원가입' }).click();
  await fillSignUp(page, { name, email });
  await typeCode(page, outbox, email);
}
