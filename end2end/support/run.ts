// An online run made at the office, for journeys that need one of their own.

import { randomInt } from 'node:crypto';

import { expect, type Page } from '@playwright/test';

export const minute = 60_000;
const day = 24 * 60 * minute;

/** A moment by the clock in Seoul, as forms want it. */
export function wall(at: number): { date: string; time: string } {
  const [date = '', time = ''] = new Date(at + 9 * 60 * minute).toISOString().split('T');
  return { date, time: time.slice(0, 5) };
}

export interface Plan {
  teacher: string;
  /** The teacher's account, as the form lists it. */
  account?: string;
  /** Without it, first come, first served. */
  selection?: '추첨';
  /** When its window closes; without it, an hour before its class. */
  closes?: number;
}

/** Makes and publishes an online run of one class in a week, 10:00 to 11:00, whose window has long been open; answers its code. */
export async function publishOnlineRun(page: Page, plan: Plan): Promise<string> {
  const code = `L-${randomInt(1_000_000)}`;
  const first = wall(Date.now() + 7 * day).date;
  const closes = plan.closes === undefined ? { date: first, time: '09:00' } : wall(plan.closes);
  await page.goto('/manage/runs/new');
  await page.getByLabel('강좌번호').fill(code);
  await page.getByLabel('강좌', { exact: true }).selectOption({ index: 1 });
  await page.getByLabel('온라인', { exact: true }).check();
  await page.getByLabel('강사', { exact: true }).fill(plan.teacher);
  if (plan.account) await page.getByLabel('강사 계정').selectOption({ label: plan.account });
  await page.getByLabel('첫 수업일').fill(first);
  for (const weekday of ['월', '화', '수', '목', '금', '토', '일']) await page.getByLabel(weekday, { exact: true }).check();
  await page.getByLabel('시작 시각').fill('10:00');
  await page.getByLabel('끝나는 시각').fill('11:00');
  await page.getByLabel('차시 수').fill('1');
  await page.getByLabel('교육시간').fill('1');
  await page.getByLabel('정원').fill('20');
  if (plan.selection) await page.getByLabel(plan.selection, { exact: true }).check();
  await page.getByLabel('접수 시작').fill('2021-01-01T09:00');
  await page.getByLabel('접수 마감').fill(`${closes.date}T${closes.time}`);
  await page.getByRole('button', { name: '초안으로 저장하기' }).click();
  await page.getByRole('button', { name: '공개하기' }).click();
  await expect(page.getByRole('status')).toContainText('공개했습니다');
  return code;
}
