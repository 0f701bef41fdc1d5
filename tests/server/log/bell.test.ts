import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';
import { Bell } from '../../../server/log/sqlite/bell.ts';
import type { BellThread } from '../../kit/bell-thread.ts';

const FILE = new URL('../../kit/bell-thread.ts', import.meta.url);

describe('a bell', () => {
  it('is heard by a thread that waits for it, and by one that comes later, each time', async () => {
    const [asked, answered] = [new Bell(), new Bell()];
    const times = 2_000;
    const workerData: BellThread = { asked: asked.memory, answered: answered.memory, times };
    const thread = new Worker(FILE, { workerData });
    const exit = once(thread, 'exit');
    // The first ring comes before the thread does.
    for (let count = 0; count < times; count += 1) {
      const answer = answered.next();
      asked.ring();
      await answer;
    }
    expect(await exit).toEqual([0]);
  });
});
