// The calendar as those work with it who decide: making, moving and stretching on the board; and as other programs read it.

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

import ICAL from 'ical.js';
import type { Locator, Page } from '@playwright/test';

import { expect, expectLive, signIn, test } from './support/test.ts';

const day = 24 * 60 * 60 * 1000;

/** The Monday of the week in which `weeks` weeks have passed, as Seoul writes it. */
function monday(weeks: number): Date {
  const today = new Date(Date.now() + 9 * 60 * 60 * 1000);
  const since = (today.getUTCDay() + 6) % 7;
  return new Date(today.getTime() - since * day + weeks * 7 * day);
}

function date(of: Date, days: number): string {
  return new Date(of.getTime() + days * day).toISOString().slice(0, 10);
}

/** One week of the studio, as the board shows it. */
class Board {
  readonly page: Page;
  private readonly monday: Date;

  constructor(page: Page, week: Date) {
    this.page = page;
    this.monday = week;
  }

  async open(): Promise<void> {
    await this.page.goto(`/calendar?view=week&place=tvum&on=${date(this.monday, 0)}`);
    await expectLive(this.page);
  }

  /** The filming room's column of a day, counted from Monday. */
  column(days: number): Locator {
    return this.page.locator(`.calendar-column[data-day="${date(this.monday, days)}"]`).first();
  }

  entry(days: number, title: string): Locator {
    return this.column(days).locator('.entry').filter({ hasText: title });
  }

  ghost(): Locator {
    return this.page.locator('.calendar-ghost');
  }

  /** The middle of a column at an hour, on the screen. */
  async at(days: number, hour: number): Promise<{ x: number; y: number }> {
    const list = this.column(days).locator('ol');
    const first = Number(await this.page.locator('.calendar-board').getAttribute('data-first'));
    const hours = Number(/hours-(\d+)/.exec((await list.getAttribute('class')) ?? '')?.[1]);
    const box = await list.boundingBox();
    if (box === null) throw new Error('the column is not shown');
    // A little into the half hour, which begins on its line.
    return { x: box.x + box.width / 2, y: box.y + ((hour - first) / hours) * box.height + 4 };
  }

  async point(days: number, hour: number): Promise<void> {
    const { x, y } = await this.at(days, hour);
    await this.page.mouse.move(x, y, { steps: 4 });
  }

  async drag(from: [number, number], to: [number, number]): Promise<void> {
    await this.point(...from);
    await this.page.mouse.down();
    await this.point(...to);
  }
}

test.describe('with a pointer and with the keyboard', () => {
  test.skip(({ isMobile }) => isMobile, 'a finger scrolls the board; there are links for it');

  test('a producer makes a booking by dragging, moves it, stretches it and is shown what clashes', async ({ page }) => {
    // All of the board's hours on the screen.
    await page.setViewportSize({ width: 1280, height: 2400 });
    await signIn(page, 'producer');
    const board = new Board(page, monday(5));
    await board.open();

    await board.drag([1, 10], [1, 11.5]);
    await expect(board.ghost()).toHaveText(/10:00~12:00/);
    await page.mouse.up();
    await expect(page.getByRole('heading', { level: 1, name: '이용신청' })).toBeVisible();
    await expect(page.getByLabel('시작 시각')).toHaveValue('10:00');
    await expect(page.getByLabel('끝나는 시각')).toHaveValue('12:00');
    await page.getByLabel('녹화').check();
    await page.getByLabel('이용 목적').fill('끌어서 만든 녹화');
    await page.getByRole('button', { name: '신청하기' }).click();
    await expect(page.getByRole('status')).toContainText('승인되었습니다');

    await board.open();
    await board.drag([1, 10.5], [2, 14.5]);
    await expect(board.ghost()).toHaveClass(/fits/);
    await page.mouse.up();
    await expect(page).toHaveURL(new RegExp(`/alter\\?.*date=${date(monday(5), 2)}&start=14:00&end=16:00`));
    await change(page, '수요일로 옮깁니다.');
    await board.open();
    await expect(board.entry(1, '끌어서 만든 녹화')).toHaveCount(0);
    await expect(board.entry(2, '끌어서 만든 녹화')).toContainText('14:00');

    const box = await board.entry(2, '끌어서 만든 녹화').boundingBox();
    if (box === null) throw new Error('the booking is not shown');
    await page.mouse.move(box.x + box.width / 2, box.y + box.height - 4);
    await page.mouse.down();
    await board.point(2, 17);
    await page.mouse.up();
    await expect(page).toHaveURL(/start=14:00&end=17:00/);
    await change(page, '한 시간 더 씁니다.');

    await page.goto(`/studio/new?place=tvum&date=${date(monday(5), 3)}&start=14:00&end=15:00`);
    await page.getByLabel('기타').check();
    await page.getByLabel('이용 목적').fill('길을 막는 회의');
    await page.getByRole('button', { name: '신청하기' }).click();
    await expect(page.getByRole('status')).toContainText('승인되었습니다');
    await board.open();
    await board.drag([2, 14.5], [3, 14.5]);
    await expect(board.ghost()).toHaveClass(/clash/);
    await expect(board.ghost()).toContainText('길을 막는 회의');
    await page.keyboard.press('Escape');
    await expect(board.ghost()).toHaveCount(0);
    await page.mouse.up();
    await expect(page).toHaveURL(/\/calendar/);
    await expect(board.entry(2, '끌어서 만든 녹화')).toBeVisible();
  });

  test('the same by keyboard, told as it goes', async ({ page }) => {
    await signIn(page, 'producer');
    const week = monday(6);
    await page.goto(`/studio/new?place=tvum&date=${date(week, 1)}&start=10:00&end=11:00`);
    await page.getByLabel('기타').check();
    await page.getByLabel('이용 목적').fill('자판으로 옮길 회의');
    await page.getByRole('button', { name: '신청하기' }).click();
    await expect(page.getByRole('status')).toContainText('승인되었습니다');

    const board = new Board(page, week);
    await board.open();
    await board.entry(1, '자판으로 옮길 회의').getByRole('link').focus();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Shift+ArrowDown');
    await expect(page.getByRole('status')).toContainText('10:30~12:00');
    await page.keyboard.press('Enter');
    await expect(page).toHaveURL(/start=10:30&end=12:00/);
    await change(page, '반 시간 늦춥니다.');
    await board.open();
    await expect(board.entry(1, '자판으로 옮길 회의')).toContainText('10:30');
  });
});

/** Sends the form that every move ends at. */
async function change(page: Page, reason: string): Promise<void> {
  await page.getByLabel('바꾸는 사유').fill(reason);
  await page.getByRole('button', { name: '바꾸기' }).click();
  await expect(page.getByRole('status')).toContainText('일정을 바꾸었습니다');
}

test('other programs read the calendar without complaint', async ({ page, request }) => {
  await signIn(page, 'producer');
  for (const of of ['tvum', '']) {
    await page.goto('/my/feeds');
    await page.getByRole('combobox').selectOption(of);
    await page.getByRole('main').getByRole('button').first().click();
    const link = await page.locator('#feed-link').inputValue();
    const answer = await request.get(link);
    expect(answer.status()).toBe(200);
    const text = await answer.text();

    const calendar = new ICAL.Component(ICAL.parse(text));
    const events = calendar.getAllSubcomponents('vevent').map((event) => new ICAL.Event(event));
    expect(events.length, `events of ${of || 'my own'}`).toBeGreaterThan(0);
    for (const event of events) expect(event.endDate.compare(event.startDate)).toBe(1);
    const { stdout } = await promisify(execFile)(python(), ['support/read_calendar.py', link], { cwd: import.meta.dirname });
    const read: unknown = JSON.parse(stdout);
    const expected = events.map((event) => [event.uid, event.startDate.toJSDate().toISOString(), event.summary]);
    expect(read).toEqual(expected.sort());
  }
});

/** Where `./dev setup` puts what checks our files. */
function python(): string {
  const found = process.env['CENTRE_PYTHON'];
  if (found === undefined) throw new Error('CENTRE_PYTHON is not set: run ./dev test browser');
  return found;
}
