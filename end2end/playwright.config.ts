import { defineConfig } from '@playwright/test';

import { launchOptions, widths, zoomed } from './support/browser.ts';

export default defineConfig({
  testDir: '.',
  testMatch: '**/*.spec.ts',
  outputDir: '../target/test-browser',
  // One server and one browser at a time: two cores, and journeys that change what others see.
  workers: 1,
  fullyParallel: false,
  forbidOnly: true,
  // A test that passes the second time is a bug of today.
  retries: 0,
  timeout: 60_000,
  expect: { timeout: 10_000 },
  reporter: [['list'], ['json', { outputFile: '../target/test-browser.json' }]],
  use: {
    launchOptions,
    locale: 'ko-KR',
    timezoneId: 'Asia/Seoul',
    screenshot: 'only-on-failure',
  },
  projects: [
    // What is narrow in one language is narrow in the next: two languages more on a phone alone.
    { name: 'desktop', use: widths.desktop, testIgnore: '**/language.spec.ts' },
    // A show takes minutes at any width: its people come with phones and large letters of their own.
    { name: 'phone', use: widths.phone, testIgnore: '**/broadcast.spec.ts' },
    { name: 'zoom', use: zoomed, testIgnore: ['**/broadcast.spec.ts', '**/language.spec.ts'] },
  ],
});
