// Which pages there are, found as people find them: by following links.

import type { Page } from '@playwright/test';

/**
 * Follows every link from `start`, one address of each kind, and calls `look` on each page it comes to. Where
 * `within` is given, it follows only links to addresses that begin so. Answers the kinds of pages seen, in order.
 */
export async function walk(
  page: Page,
  start: string,
  look: (page: Page, kind: string) => Promise<void>,
  within: readonly string[] = [''],
): Promise<string[]> {
  const seen = new Set<string>();
  const next = [start];
  for (let path = next.shift(); path !== undefined; path = next.shift()) {
    const kind = kindOf(path);
    if (seen.has(kind)) continue;
    seen.add(kind);
    await page.goto(path);
    await look(page, kind);
    const links = await page.getByRole('link', { includeHidden: true }).evaluateAll((links) =>
      links
        .filter((link): link is HTMLAnchorElement => link instanceof HTMLAnchorElement && !link.hasAttribute('download'))
        .filter((link) => link.origin === location.origin && link.hreflang === '')
        .map((link) => link.pathname + link.search),
    );
    next.push(...links.filter((link) => within.some((prefix) => link.startsWith(prefix)) && !isFile(link)));
  }
  return [...seen];
}

/** Two addresses are of a kind when they differ only in ids, codes and what is asked for. */
function kindOf(path: string): string {
  const [pathname = ''] = path.split('?');
  return pathname
    .replace(/\/months\/\d{4}-\d{2}$/, '/months/{month}')
    .replace(/[0-9a-f]{8}-[0-9a-f-]{27}/g, '{id}')
    .replace(/\/taught\/\d{4}-\d{2}/, '/taught/{month}')
    .replace(/(\/kiosk)\/[\w-]+$/, '$1/{token}')
    .replace(/\/classes\/\d+/, '/classes/{number}')
    .replace(/(\/sheets\/[^/]+)\/\d+/, '$1/{number}')
    .replace(/(\/(?:courses|desk|runs|places|lessons|live|broadcasts|sheets))\/(?!(?:new|templates)(?:\/|$))[^/]+/, '$1/{code}');
}

function isFile(path: string): boolean {
  return /\.\w+($|\?)/.test(path);
}
