import { describe, expect, it } from 'vitest';
import type { RoomLog } from '../../../server/log/room-log.ts';
import { feedStage, pull } from '../../kit/feed-stage.ts';
import { manualClock } from '../../kit/manual-clock.ts';
import { memoryLog } from '../../kit/rooms.ts';

describe('Feed', () => {
  it('ends a waiting pull when it is returned, once, and lets the room go', async () => {
    const { open, rooms } = await feedStage(memoryLog());
    let ends = 0;
    const feed = await open({ onEnd: () => (ends += 1) });
    await pull(feed, 1);
    const waiting = feed.next();
    await feed.return();
    await feed.return();
    expect(await waiting).toEqual({ done: true, value: undefined });
    expect(await feed.next()).toEqual({ done: true, value: undefined });
    expect([ends, rooms.size]).toEqual([1, 0]);
  });

  it('ends with the error of a log that cannot be read', async () => {
    const log = memoryLog();
    const broken = { ...log, read: () => Promise.reject(new Error('no disk')) };
    const { open, rooms } = await feedStage(broken);
    const feed = await open({ since: { epoch: 'E', offset: 0 } });
    await expect(feed.next()).rejects.toThrow('no disk');
    expect(await feed.next()).toEqual({ done: true, value: undefined });
    expect(rooms.size).toBe(0);
  });

  it.each([
    ['in the middle', [1, 2, 4]],
    ['at the end', [1, 2]],
  ])('[LOG3] ends with LOG_DAMAGED when events are missing %s of the log', async (_, kept) => {
    const log = memoryLog();
    const holed: RoomLog = {
      ...log,
      read: async (room, range) => {
        const page = await log.read(room, range);
        return { ...page, events: page.events.filter(({ offset }) => kept.includes(offset)) };
      },
    };
    const { append, open } = await feedStage(holed);
    for (const text of ['a', 'b', 'c', 'd']) await append(text);
    const feed = await open({ since: { epoch: 'E', offset: 0 } });
    const seen: (string | undefined)[] = [];
    const reading = (async () => {
      for await (const [id] of feed) seen.push(id);
    })();
    await expect(reading).rejects.toMatchObject({ code: 'LOG_DAMAGED' });
    expect(seen.filter((id) => !id?.includes('/'))).not.toContain('E:4');
  });

  it('[AUT2] ends with TOKEN_EXPIRED when its reader’s token does', async () => {
    const clock = manualClock();
    const { open } = await feedStage(memoryLog());
    const feed = await open();
    feed.endAfter(clock, 1_000);
    await pull(feed, 1);
    const waiting = feed.next();
    clock.advance(1_000);
    await expect(waiting).rejects.toMatchObject({ code: 'TOKEN_EXPIRED' });
    expect(await feed.next()).toEqual({ done: true, value: undefined });
  });
});
