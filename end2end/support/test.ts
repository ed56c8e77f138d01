// What every journey starts with: `import { expect, test } from './support/test.ts'`.

import AxeBuilder from '@axe-core/playwright';
import { expect, type BrowserContextOptions, type Page, test as base } from '@playwright/test';

import { Outbox } from './outbox.ts';
import { startServer, type Server } from './server.ts';
import { Watcher } from './watcher.ts';

export { expect };
export * from './people.ts';

interface OfWorker {
  /** With the demonstration in it, as earlier tests of the same project have left it. */
  server: Server;
}

interface OfTest {
  /** Tells what pages did that they must not, and fails the test for it. */
  watcher: Watcher;
  /** The letters and texts sent since the server started. */
  outbox: Outbox;
  /** Another person at another device, seen by the same watcher. */
  somebody: (options?: BrowserContextOptions) => Promise<Page>;
}

export const test = base.extend<OfTest, OfWorker>({
  server: [
    async ({}, use) => {
      // A public value that is known at once: nobody waits for Saturday's numbers.
      const server = await startServer({ CENTRE_DRAW__VALUE: 'drand' });
      await use(server);
      await server.stop();
    },
    { scope: 'worker', timeout: 90_000 },
  ],

  baseURL: ({ server }, use) => use(server.url),

  watcher: [
    async ({ server }, use, info) => {
      const before = server.log().length;
      const watcher = new Watcher(server.url);
      await use(watcher);
      const problems = watcher.problems();
      if (info.status !== info.expectedStatus || problems.length > 0) {
        console.log(`The server's log of this test:\n${server.log().slice(before)}`);
      }
      expect(problems, 'what pages did that they must not').toEqual([]);
    },
    { auto: true },
  ],

  context: async ({ context, watcher, javaScriptEnabled }, use) => {
    await watcher.watch(context, javaScriptEnabled !== false);
    await use(context);
    await watcher.settle();
  },

  somebody: async ({ browser, watcher, contextOptions, javaScriptEnabled }, use) => {
    const contexts: { close(): Promise<void> }[] = [];
    await use(async (options = {}) => {
      const context = await browser.newContext({ ...contextOptions, ...options });
      contexts.push(context);
      await watcher.watch(context, (options.javaScriptEnabled ?? javaScriptEnabled) !== false);
      return context.newPage();
    });
    await watcher.settle();
    for (const context of contexts) await context.close();
  },

  outbox: ({ server }, use) => use(new Outbox(server.data)),
});

/** Waits until the islands answer, for what needs them: arrow keys, for one. */
export async function expectLive(page: Page): Promise<void> {
  await expect(page.locator('leptos-island').first()).toBeAttached();
  await expect(page.locator('leptos-island:not([data-hydrated])')).toHaveCount(0);
}

/** Fails on whatever axe finds, at this width and in this language; names rule and element. */
export async function expectAccessible(page: Page): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).analyze();
  const found = violations.flatMap(({ id, help, nodes }) => nodes.map((node) => `${id}: ${help}\n    ${node.html}`));
  expect(found, `axe on ${page.url()}`).toEqual([]);
}

/** Fails when the page is wider than the window, also with text of twice the size: nobody scrolls sideways to read. */
export async function expectNoSidewaysScroll(page: Page): Promise<void> {
  for (const size of ['', '125%']) {
    // Sizes are counted in tenths of the reader's own, 62.5 %; content policy allows this, as it is no inline style.
    const { scroll, window } = await page.evaluate((size) => {
      const root = document.documentElement;
      root.style.fontSize = size;
      const widths = { scroll: root.scrollWidth, window: root.clientWidth };
      root.style.fontSize = '';
      return widths;
    }, size);
    expect(scroll, `width of ${page.url()}${size && ' with large text'}`).toBeLessThanOrEqual(window);
  }
}

/** Whether a page is whole: its language, one heading, no wider than the screen, accessible. */
export async function expectFit(page: Page, kind: string, language: string): Promise<void> {
  await test.step(kind, async () => {
    await expect(page.locator('html')).toHaveAttribute('lang', language);
    await expect(page.getByRole('heading', { level: 1 })).toHaveCount(1);
    await expectNoSidewaysScroll(page);
    await expectAccessible(page);
    // Colours are the same at every width.
    if (test.info().project.name !== 'desktop') return;
    await page.evaluate(async () => {
      document.documentElement.dataset['krdsMode'] = 'high-contrast';
      // On the way from one colour to the other neither is there.
      await Promise.all(document.getAnimations().map((change) => change.finished));
    });
    await expectAccessible(page);
  });
}
