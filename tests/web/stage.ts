import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, onTestFinished } from 'vitest';
import { chromiumPath } from '../kit/chromium.ts';

const BUILT = fileURLToPath(new URL('../../dist/web/index.html', import.meta.url));

// It asks nobody but the server of the test, and needs no sandbox of its own for that.
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** A browser for all tests of a file. */
export interface Stage {
  /** Opens the page of a server in a browser profile of its own; it closes with the test. */
  open(url: string, options?: BrowserContextOptions): Promise<Guest>;
  /** Opens it, and comes in under a name. */
  enter(url: string, name: string, options?: BrowserContextOptions): Promise<Guest>;
}

/** Somebody at the page. */
export interface Guest {
  readonly page: Page;
  /** What the browser complained of: errors of scripts, of the policy, of what could not be loaded. */
  readonly complaints: readonly string[];
}

/** Describes tests of the page, in a real browser where there is one. */
export function describePage(what: string, tests: (stage: Stage) => void): void {
  const executablePath = chromiumPath();
  describe.skipIf(!executablePath)(what, () => {
    let browser: Browser | undefined;
    beforeAll(async () => {
      if (!existsSync(BUILT)) throw new Error('the page is not built: `npm run build` builds it');
      browser = await chromium.launch({ ...(executablePath && { executablePath }), args: FLAGS });
    });
    afterAll(() => browser?.close());
    const open: Stage['open'] = async (url, options = {}) => {
      if (!browser) throw new Error('there is no browser');
      const size = { width: 1280, height: 800 };
      const context = await browser.newContext({ viewport: size, locale: 'en-US', ...options });
      onTestFinished(() => context.close());
      // A browser on a busy machine takes its time.
      context.setDefaultTimeout(30_000);
      // Always the shortest delay before it connects again: half a second.
      await context.addInitScript(() => (Math.random = () => 0));
      const page = await context.newPage();
      const complaints: string[] = [];
      page.on('pageerror', (error) => complaints.push(error.message));
      page.on('console', (message) => {
        if (message.type() === 'error') complaints.push(message.text());
      });
      await page.goto(url);
      return { page, complaints };
    };
    tests({
      open,
      enter: async (url, name, options) => {
        const guest = await open(url, options);
        await enterAs(guest.page, name);
        return guest;
      },
    });
  });
}

/** Comes in under a name. */
export async function enterAs(page: Page, name: string): Promise<void> {
  await page.getByRole('textbox').fill(name);
  await page.locator('button[type=submit]').click();
  await page.locator('.composer textarea').waitFor();
  // At once one may write; what is sent before the line stands waits in the outbox.
  await page.locator('.room-title .muted', { hasText: /\d/ }).waitFor();
}

/** Writes a message and sends it. */
export async function say(page: Page, text: string): Promise<void> {
  const field = page.locator('.composer textarea');
  await field.fill(text);
  await field.press('Enter');
}

/** The texts of the messages that are drawn, oldest first. */
export async function texts(page: Page): Promise<string[]> {
  return page.locator('.message .text').allTextContents();
}
