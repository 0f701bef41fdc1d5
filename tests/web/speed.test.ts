import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import type { TestServer } from '../../server/testing.ts';
import { startServer } from '../kit/clients.ts';
import { describePage, texts } from './stage.ts';
import { tasksDuring } from './tasks.ts';

// On machines that do the work of `slowness` in `WORK_MS` or less; on a slower one as much more.
const LONG_MS = 50;
const WORK_MS = 12;
const by = { id: 'bob', name: 'Bob' };

async function fill(server: TestServer, count: number): Promise<void> {
  const publish = (index: number) => {
    const text = `message ${index} ${'of some length '.repeat(index % 7)}`;
    return server.rooms.publish('chat', 'general', 'message', { text }, { by });
  };
  for (let from = 0; from < count; from += 500) {
    await Promise.all(Array.from({ length: 500 }, (_, index) => publish(from + index)));
  }
}

/** How much slower than that machine this one is, at least 1. */
async function slowness(page: Page): Promise<number> {
  const took = await page.evaluate(() => {
    const work = () => {
      const start = performance.now();
      const box = document.createElement('div');
      for (let index = 0; index < 1_000; index += 1) {
        const row = document.createElement('p');
        row.textContent = `message ${index} of some length`;
        box.append(row);
      }
      document.body.append(box);
      box.getBoundingClientRect();
      box.remove();
      return performance.now() - start;
    };
    const times = Array.from({ length: 9 }, work);
    return times.toSorted((a, b) => a - b)[4] ?? 0;
  });
  return Math.max(1, took / WORK_MS);
}

// What else the machine does only adds to it: the best of six counts.
const TRIES = { retry: 5 };

/** Notes from now on how far a message has moved at most between two frames, in pixels. */
async function watchJumps(page: Page): Promise<void> {
  await page.evaluate(() => {
    let before = new Map<string, number>();
    Object.assign(globalThis, { jump: 0 });
    const look = () => {
      const rows = [...document.querySelectorAll<HTMLElement>('.message')];
      const now = new Map(
        rows.map((row) => [row.dataset['key'] ?? '', row.getBoundingClientRect().top]),
      );
      const jumps = [...now].map(([key, top]) => Math.abs(top - (before.get(key) ?? top)));
      const seen = globalThis as unknown as { jump: number };
      seen.jump = Math.max(seen.jump, ...jumps);
      before = now;
      requestAnimationFrame(look);
    };
    look();
  });
}

describePage('how quick the page is', ({ enter }) => {
  it('scrolls through 10,000 messages without a long task', TRIES, async () => {
    const server = await startServer();
    await fill(server, 10_000);
    const { page } = await enter(server.url, 'Ada');
    await page.locator('.message', { hasText: 'message 9999' }).waitFor();
    await page.mouse.move(600, 400);
    const { longestMs } = await tasksDuring(page, async () => {
      const first = page.locator('.message .text').first();
      while ((await first.textContent())?.trim() !== 'message 0') {
        await page.mouse.wheel(0, -20_000);
      }
      await page.getByRole('button', { name: 'To the newest' }).click();
      await page.locator('.message', { hasText: 'message 9999' }).waitFor();
    });
    expect(longestMs).toBeLessThan(LONG_MS * (await slowness(page)));
  });

  it('keeps the place of the reader while older messages come above it', async () => {
    const server = await startServer();
    await fill(server, 500);
    const { page } = await enter(server.url, 'Ada');
    await page.locator('.message', { hasText: 'message 499' }).waitFor();
    await page.mouse.move(600, 400);
    await watchJumps(page);
    // Of the newest 50 up into those that come above them.
    while ((await page.locator('.message', { hasText: 'message 400' }).count()) === 0) {
      await page.mouse.wheel(0, -200);
      await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(resolve)));
    }
    // Without its place kept, what is read would jump by all that has come: thousands.
    expect(
      await page.evaluate(() => (globalThis as unknown as { jump: number }).jump),
    ).toBeLessThan(800);
  });

  it('stays smooth at 100 messages a second', TRIES, async () => {
    const server = await startServer();
    await fill(server, 500);
    const { page } = await enter(server.url, 'Ada');
    await page.locator('.message', { hasText: 'message 499' }).waitFor();
    let liveMs = 0;
    const live = async () => {
      const from = Date.now();
      for (let index = 0; index < 300; index += 1) {
        const data = { text: `live ${index}` };
        await server.rooms.publish('chat', 'general', 'message', data, { by });
        const early = from + index * 10 - Date.now();
        if (early > 0) await new Promise((resolve) => setTimeout(resolve, early));
      }
      await expect.poll(async () => (await texts(page)).at(-1)).toBe('live 299');
      liveMs = Date.now() - from;
    };
    const { longestMs, totalMs } = await tasksDuring(page, live);
    expect(longestMs).toBeLessThan(LONG_MS * (await slowness(page)));
    // It keeps up: some of the time, 3 s or what a slow machine makes of them, it has nothing to do.
    expect(totalMs / liveMs).toBeLessThan(0.85);
  });
});
