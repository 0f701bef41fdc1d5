import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { KeptValues } from '../../../server/bus/bus.ts';
import { createMemoryBus } from '../../../server/bus/memory-bus.ts';
import { createMemoryPresence } from '../../../server/presence/memory-presence.ts';
import type { Presence, PresenceFollower } from '../../../server/presence/presence.ts';
import { Feed } from '../../../server/rooms/feed.ts';
import { OpenRooms } from '../../../server/rooms/open-rooms.ts';
import { Replays } from '../../../server/rooms/replays.ts';
import { createFrameNumbers } from '../../../server/rooms/tracked-frame.ts';
import { defineRoom, latest } from '../../../shared/index.ts';
import { manualClock } from '../../kit/manual-clock.ts';
import { ada, memoryLog } from '../../kit/rooms.ts';
import { settle } from '../../kit/settle.ts';

const board = defineRoom('board', {
  events: {
    note: latest(z.object({}), { key: 'room' }),
    brief: latest(z.object({}), { key: 'room', expiresMs: 1_000 }),
  },
});
const name = (id: string) => ({ kind: 'board', id });

function stage(maxUnfollowed?: number) {
  const clock = manualClock();
  const bus = createMemoryBus();
  const log = memoryLog();
  const frameNumber = createFrameNumbers('n');
  const limit = maxUnfollowed === undefined ? {} : { maxUnfollowed };
  const presence = createMemoryPresence({ clock });
  const rooms = new OpenRooms({ log, bus, presence, clock, frameNumber, ...limit });
  const message = { number: 'n1', by: ada, at: 1, memberId: undefined, idempotencyKey: undefined };
  const put = (id: string, type = 'note') =>
    rooms.with(name(id), board, () =>
      bus.publish(name(id), { ...message, type, data: '{"json":{}}' }),
    );
  const values = (id: string) =>
    rooms.with(name(id), board, (room) => room.valuesFor(undefined).latest.length);
  return { rooms, clock, put, values, log, presence };
}

describe('OpenRooms', () => {
  it('closes a room that nobody follows and that holds nothing', async () => {
    const { rooms, values } = stage();
    await values('a');
    expect(rooms.size).toBe(0);
  });

  it('keeps a room for its values, until they expire', async () => {
    const { rooms, clock, put, values } = stage();
    await put('a', 'brief');
    expect([rooms.size, await values('a')]).toEqual([1, 1]);
    clock.advance(1_000);
    expect(rooms.size).toBe(0);
  });

  it('lets go of the room longest without followers when too many are kept', async () => {
    const { rooms, put, values } = stage(2);
    for (const id of ['a', 'b', 'c']) await put(id);
    expect(rooms.size).toBe(2);
    expect([await values('a'), await values('b'), await values('c')]).toEqual([0, 1, 1]);
  });

  it('keeps a followed room, whatever the number of the others', async () => {
    const { rooms, put, values } = stage(1);
    await put('a');
    const feed = await rooms.with(
      name('a'),
      board,
      (room) => new Feed({ room, replays: new Replays() }),
    );
    for (const id of ['b', 'c', 'd']) await put(id);
    expect(await values('a')).toBe(1);
    await feed.return();
    expect(rooms.size).toBe(1);
  });

  it('opens a room once for many who come at the same time', async () => {
    const { rooms } = stage();
    const opened = await Promise.all(
      Array.from({ length: 5 }, () =>
        rooms.with(name('a'), board, (room) => ({
          room,
          feed: new Feed({ room, replays: new Replays() }),
        })),
      ),
    );
    expect(new Set(opened.map(({ room }) => room)).size).toBe(1);
    await Promise.all(opened.map(({ feed }) => feed.return()));
    expect(rooms.size).toBe(0);
  });

  it('does not hand out a room that another caller let go while this one waited', async () => {
    const { rooms, log } = stage();
    const idle = rooms.with(name('a'), board, () => {});
    const followed = rooms.with(
      name('a'),
      board,
      (room) => new Feed({ room, replays: new Replays() }),
    );
    await idle;
    const feed = await followed;
    await feed.next();
    await log.append({ room: name('a'), type: 'x', data: '{"json":1}', by: ada, at: 1 });
    expect((await feed.next()).value?.[0]).toBe('E:1');
  });

  it('tries again after a room could not be opened', async () => {
    const { log, clock, presence } = stage();
    let failures = 1;
    const flaky = {
      ...log,
      bounds: (room: { kind: string; id: string }) =>
        failures-- > 0 ? Promise.reject(new Error('no disk')) : log.bounds(room),
    };
    const frameNumber = createFrameNumbers('n');
    const bus = createMemoryBus();
    const rooms = new OpenRooms({ log: flaky, bus, presence, clock, frameNumber });
    await expect(rooms.with(name('a'), board, () => 1)).rejects.toThrow('no disk');
    expect(await rooms.with(name('a'), board, () => 1)).toBe(1);
  });

  it('opens nothing after it is closed, not even for those who waited for a room until then', async () => {
    const { log, clock, presence } = stage();
    let answer = () => {};
    const slow = {
      ...log,
      bounds: async (room: { kind: string; id: string }) => {
        await new Promise<void>((resolve) => (answer = resolve));
        return log.bounds(room);
      },
    };
    const frameNumber = createFrameNumbers('n');
    const bus = createMemoryBus();
    const rooms = new OpenRooms({ log: slow, bus, presence, clock, frameNumber });
    const feed = () =>
      rooms.with(name('a'), board, (room) => new Feed({ room, replays: new Replays() }));
    const waiting = expect(feed()).rejects.toMatchObject({ code: 'RESTARTING' });
    const closed = rooms.close();
    answer();
    await closed;
    await settle();
    answer();
    await waiting;
    await expect(feed()).rejects.toMatchObject({ code: 'RESTARTING' });
    expect(rooms.size).toBe(0);
  });

  it('[AUT1] finds the next room of a name when a read for the last one ends late', async () => {
    const { log, clock, presence } = stage();
    const people = new Set<PresenceFollower>();
    const follow: Presence['follow'] = (room, follower) => {
      people.add(follower);
      return presence.follow(room, follower);
    };
    const late: (() => void)[] = [];
    let isSlow = false;
    const read: KeptValues['read'] = () =>
      isSlow ? new Promise((resolve) => late.push(() => resolve([]))) : Promise.resolve([]);
    const bus = { ...createMemoryBus(), kept: { read, forget: async () => {} } };
    const frameNumber = createFrameNumbers('n');
    const parts = { log, clock, bus, frameNumber, presence: { ...presence, follow } };
    const rooms = new OpenRooms(parts);
    const feed = () =>
      rooms.with(name('a'), board, (room) => new Feed({ room, replays: new Replays() }));

    const last = await feed();
    isSlow = true;
    for (const tell of people) tell({ type: 'reread' });
    await settle();
    isSlow = false;
    await last.return();
    expect(rooms.size).toBe(0);
    await feed();
    expect(late).toHaveLength(1);
    for (const answer of late) answer();
    await settle();
    expect(rooms.find(name('a'))?.isFollowed).toBe(true);
  });
});
