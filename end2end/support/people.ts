// The demonstration's people, and how one signs in.

import type { Page } from '@playwright/test';

/** One for each role; `serve --demo` prints the same. */
export const accounts = {
  resident: 'resident@example.kr',
  instructor: 'instructor@example.kr',
  producer: 'producer@example.kr',
  manager: 'manager@example.kr',
  desk: 'desk@example.kr',
  privacy: 'privacy@example.kr',
  administrator: 'administrator@example.kr',
} as const;

export type Account = keyof typeof accounts;
export const password = 'demonstration';

export function isAccount(name: string): name is Account {
  return name in accounts;
}

/** Signs in by password, through the form. */
export async function signIn(page: Page, account: Account): Promise<void> {
  await page.goto('/sign-in');
  await page.locator('input[name="login"]').fill(accounts[account]);
  await page.locator('input[name="password"]').fill(password);
  await Promise.all([
    page.waitForURL((url) => !url.pathname.endsWith('/sign-in')),
    page.locator('form:has(input[name="password"]) button[type="submit"]').first().click(),
  ]);
}
