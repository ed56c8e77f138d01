// Debian's Chromium, as tests and pictures start it.

import type { LaunchOptions } from '@playwright/test';

export const launchOptions: LaunchOptions = {
  executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
  args: [
    // Its sandbox refuses root, which is who runs it in a container.
    ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
  ],
};

/** The two widths every page is looked at. */
export const widths = {
  desktop: { viewport: { width: 1280, height: 900 } },
  phone: { viewport: { width: 360, height: 740 }, isMobile: true, hasTouch: true, deviceScaleFactor: 2 },
} as const;

/** The desk's window at 200 %: to a page, half as many pixels of double size. */
export const zoomed = { viewport: { width: 640, height: 450 }, deviceScaleFactor: 2 } as const;
