import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { startServer } from '../kit/clients.ts';
import { described } from '../kit/described.ts';
import { describePage } from './stage.ts';

const DIR = fileURLToPath(new URL('../../.build/screenshots', import.meta.url));
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** What a reader with a screen reader, weak eyes or a small screen would trip over. */
async function troublesOf(page: Page): Promise<string[]> {
  await page.evaluate(axe);
  return page.evaluate(async () => {
    const { axe: judge } = globalThis as unknown as {
      axe: { run(): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> };
    };
    const { violations } = await judge.run();
    const isTooWide = document.documentElement.scrollWidth > window.innerWidth;
    const found = violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html ?? ''}`);
    return isTooWide ? [...found, 'wider than the screen'] : found;
  });
}

describePage('the pages at /docs', (stage) => {
  it.each([
    [
      'light',
      {},
      ['', 'kind-board.html', 'events-board.html', 'rest-users.html', 'errors', 'limits'],
    ],
    ['dark', { colorScheme: 'dark' }, ['', 'rest-users.html']],
    ['phone', { viewport: { width: 375, height: 780 } }, ['', 'events-board.html', 'errors']],
  ] as const)(
    'are readable by everybody and ask no other host: %s',
    async (name, options, files) => {
      const server = await startServer({ rooms: described });
      const { page, complaints } = await stage.open(`${server.url}/docs`, options);
      const hosts = new Set<string>();
      page.on('request', (request) => hosts.add(new URL(request.url()).origin));
      mkdirSync(DIR, { recursive: true });
      for (const file of files) {
        await page.goto(`${server.url}/docs/${file}`);
        expect(await troublesOf(page), file).toEqual([]);
        await page.screenshot({ path: join(DIR, `docs-${name}-${file || 'index'}.png`) });
      }
      expect(complaints).toEqual([]);
      expect([...hosts]).toEqual([server.url]);
    },
  );

  it('are searched by keyboard alone', async () => {
    const server = await startServer({ rooms: described });
    const { page, complaints } = await stage.open(`${server.url}/docs/`);
    await page.keyboard.press('/');
    await page.keyboard.type('board write');
    await page.getByRole('link', { name: /^board\.write/ }).waitFor();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await page.waitForURL(`${server.url}/docs/kind-board.html#write`);
    await page.keyboard.press('/');
    await page.keyboard.type('xyzzy');
    await page.getByText('Nothing found').waitFor();
    await page.keyboard.press('Escape');
    expect(await page.getByText('Nothing found').isVisible()).toBe(false);
    expect(complaints).toEqual([]);
  });

  it('show what an error is by the address that problem details name', async () => {
    const server = await startServer();
    const answer = await fetch(`${server.url}/api/chat/rooms/r/members`);
    const { type } = (await answer.json()) as { type: string };
    const { page } = await stage.open(`${server.url}${type}`);
    expect(await page.locator(':target').textContent()).toBe('UNAUTHENTICATED');
  });
});
