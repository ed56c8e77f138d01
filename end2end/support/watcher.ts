// Whatever a page must never do, gathered from every page a test opens: errors and warnings on the console, refused
// content, failed requests, strangers' files, islands that stay dead.

import type { BrowserContext, Page } from '@playwright/test';

export class Watcher {
  private readonly seen: string[] = [];
  private readonly expected: RegExp[] = [];
  private readonly checks = new Set<Promise<void>>();

  private readonly origin: string;

  constructor(origin: string) {
    this.origin = origin;
  }

  /** Says that a problem which reads like this is what the test is about. */
  expect(problem: RegExp): void {
    this.expected.push(problem);
  }

  /** Without scripts no island comes to life, and none is waited for. */
  async watch(context: BrowserContext, scripts: boolean): Promise<void> {
    if (scripts) {
      await context.addInitScript(() => {
        document.addEventListener('securitypolicyviolation', (event) => {
          console.error(`content policy: ${event.effectiveDirective} refused ${event.blockedURI} ${event.sample}`);
        });
      });
    }
    context.on('page', (page) => {
      if (scripts) page.on('load', () => this.later(this.islandsLive(page)));
    });
    context.on('console', (message) => {
      const type = message.type();
      // Answers that refuse are judged below, where their status and purpose are known.
      if ((type === 'error' || type === 'warning') && !message.text().startsWith('Failed to load resource')) {
        this.add(`console ${type}: ${message.text()} (${message.location().url})`);
      }
    });
    context.on('weberror', (error) => this.add(`error in the page: ${error.error().stack ?? error.error()}`));
    context.on('request', (request) => {
      const { protocol, origin } = new URL(request.url());
      if (protocol.startsWith('http') && origin !== this.origin) this.add(`request to a stranger: ${request.url()}`);
    });
    context.on('requestfailed', (request) => {
      const reason = request.failure()?.errorText ?? '';
      // Leaving a page breaks off what it still loads and listens to.
      if (reason !== 'net::ERR_ABORTED') this.add(`request failed: ${request.url()} ${reason}`);
    });
    context.on('response', (response) => {
      // A form may be refused, and a page may be missing; a file or a call of an island may not.
      const limit = response.request().isNavigationRequest() ? 500 : 400;
      if (response.status() >= limit) this.add(`status ${response.status()}: ${response.url()}`);
    });
  }

  /** Waits for what is still being looked at. To be called before the pages close. */
  async settle(): Promise<void> {
    while (this.checks.size > 0) await Promise.all(this.checks);
  }

  /** What happened and was not expected. */
  problems(): string[] {
    return this.seen.filter((problem) => !this.expected.some((pattern) => pattern.test(problem)));
  }

  private add(problem: string): void {
    this.seen.push(problem);
  }

  private later(check: Promise<void>): void {
    const entry = check.finally(() => this.checks.delete(entry));
    this.checks.add(entry);
  }

  /** Gives the islands of a page that has just loaded as long as a busy machine takes for the debug build. */
  private async islandsLive(page: Page): Promise<void> {
    const url = page.url();
    try {
      await page.waitForFunction(() => !document.querySelector('leptos-island:not([data-hydrated])'), undefined, {
        timeout: 20_000,
      });
    } catch {
      // Whoever has gone on has another page, which is looked at in its turn.
      if (page.isClosed() || page.url() !== url) return;
      const dead = await page
        .locator('leptos-island:not([data-hydrated])')
        .evaluateAll((islands) => islands.map((island) => island.getAttribute('data-component')))
        .catch(() => []);
      if (dead.length > 0) this.add(`islands not live after 20 s on ${url}: ${dead.join(', ')}`);
    }
  }
}
