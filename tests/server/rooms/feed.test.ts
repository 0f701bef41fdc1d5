import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createMemoryBus } from '../../../server/bus/memory-bus.ts';
import { createMemoryPresence } from '../../../server/presence/memory-presence.ts';
import type { RoomLog } from '../../../server/log/room-log.ts';
import { Feed, type FeedOptions } from '../../../server/rooms/feed.ts';
import { OpenRooms } from '../../../server/rooms/open-rooms.ts';
import { Replays, type ReplayLimits } from '../../../server/rooms/replays.ts';
import { createFrameNumbers } from '../../../server/rooms/tracked-frame.ts';
import { chat, DAY, parsePosition, type Frame, type RoomEvent } from '../../../shared/index.ts';
import { handLog, settle } from '../../kit/hand-log.ts';
import { manualClock } from '../../kit/manual-clock.ts';
import { ada, general, memoryLog } from '../../kit/rooms.ts';

interface Seen {
  readonly id: string;
  readonly frame: Frame<RoomEvent>;
}

/** A stage with one room: append to the log, send live values, open feeds and pull them. */
async function stage(log: RoomLog) {
  const bus = createMemoryBus();
  const frameNumber = createFrameNumbers('n');
  const clock = manualClock();
  const presence = createMemoryPresence({ clock });
  const rooms = new OpenRooms({ log, bus, presence, clock, frameNumber });
  const append = (text: string) =>
    log.append({
      room: general,
      type: 'message',
      data: `{"json":{"text":"${text}"}}`,
      by: ada,
      at: 1,
    });
  const open = (options: Omit<FeedOptions, 'room' | 'replays'> & ReplayLimits = {}) => {
    const replays = new Replays({ gatherTurns: 1, ...options });
    return rooms.with(general, chat, (room) => new Feed({ room, replays, ...options }));
  };
  const type = (typing: boolean) =>
    bus.publish(general, {
      number: frameNumber(),
      type: 'typing',
      data: JSON.stringify({ json: { typing } }),
      by: ada,
      at: 1,
      memberId: undefined,
      idempotencyKey: undefined,
    });
  return { append, open, type, rooms };
}

async function pull(feed: Feed, count: number): Promise<Seen[]> {
  const seen: Seen[] = [];
  for (let index = 0; index < count; index += 1) {
    const { value } = await feed.next();
    if (value) seen.push({ id: value[0], frame: value[1] });
  }
  return seen;
}

const offsets = (seen: readonly Seen[]) =>
  seen
    .filter(({ frame }) => frame.type === 'event' && !frame.event.id.includes('/'))
    .map(({ id }) => parsePosition(id)?.offset);

describe('Feed', () => {
  it('[CON4] begins with ready at the head of the room', async () => {
    const { append, open } = await stage(memoryLog());
    await append('a');
    const feed = await open();
    const [first] = await pull(feed, 1);
    expect(first?.frame).toEqual({
      type: 'ready',
      start: 'fresh',
      position: 'E:1',
      keyWindowMs: DAY,
      recent: [expect.objectContaining({ id: 'E:1', data: { text: 'a' } })],
      latest: [],
      presence: { version: 0, count: 0, users: [] },
    });
    expect(first?.id).toMatch(/^E:1\/n/);
  });

  it('begins where the room stands when it is first pulled', async () => {
    const { append, open } = await stage(memoryLog());
    const feed = await open();
    await append('a');
    await append('b');
    const [ready] = await pull(feed, 1);
    expect(ready?.frame).toMatchObject({ type: 'ready', position: 'E:2' });
    await append('c');
    expect(offsets(await pull(feed, 1))).toEqual([3]);
  });

  it('[RES3] replays everything after its position, then goes live', async () => {
    const { append, open } = await stage(memoryLog());
    for (const text of ['a', 'b', 'c', 'd', 'e']) await append(text);
    const feed = await open({ since: { epoch: 'E', offset: 2 }, pageSize: 2 });
    const seen = await pull(feed, 4);
    expect(seen[0]?.frame).toMatchObject({ type: 'ready', start: 'resumed', position: 'E:2' });
    expect(offsets(seen)).toEqual([3, 4, 5]);
    await append('f');
    expect(offsets(await pull(feed, 1))).toEqual([6]);
  });

  it('[RES3] tells a gap and starts fresh when it cannot resume', async () => {
    const { append, open } = await stage(memoryLog());
    for (const text of ['a', 'b', 'c']) await append(text);
    const feed = await open({ since: { epoch: 'OLD', offset: 2 } });
    const [ready] = await pull(feed, 1);
    expect(ready?.frame).toMatchObject({
      start: 'gap',
      position: 'E:3',
      gap: { reason: 'epoch-changed', from: 'OLD:2', to: 'E:3' },
    });
    await append('d');
    expect(offsets(await pull(feed, 1))).toEqual([4]);
  });

  it('[RES1] gives every frame an id of its own, at the position of the feed', async () => {
    const { append, open, type } = await stage(memoryLog());
    await append('a');
    const feed = await open();
    await pull(feed, 1);
    await type(true);
    await append('b');
    await type(false);
    const seen = await pull(feed, 3);
    expect(seen.map(({ id }) => id.replace(/\/.*/, '/n'))).toEqual(['E:1/n', 'E:2', 'E:2/n']);
    expect(new Set(seen.map(({ id }) => id)).size).toBe(3);
  });

  it('[RES1] gives no live frames while it replays, and the latest values when it is done', async () => {
    const hand = handLog(memoryLog());
    const { append, open, type } = await stage(hand.log);
    for (const text of ['a', 'b', 'c']) await append(text);
    const feed = await open({ since: { epoch: 'E', offset: 0 }, pageSize: 1 });
    const seen = pull(feed, 5);
    await settle();
    hand.answer();
    await settle();
    // `ready` and the first event are out; the second page is being read.
    await type(true);
    while (hand.answer() || hand.announce()) await settle();
    const frames = (await seen).map(({ frame }) => frame.type);
    expect(frames).toEqual(['ready', 'event', 'event', 'event', 'latest']);
  });

  it('[RES5] reads the log when it has fallen behind the live stream', async () => {
    const { append, open, type } = await stage(memoryLog());
    const feed = await open({ maxFrames: 4, pageSize: 3 });
    await pull(feed, 1);
    await type(true);
    for (let index = 0; index < 20; index += 1) await append(`n${index}`);
    const seen = await pull(feed, 21);
    expect(offsets(seen)).toEqual(Array.from({ length: 20 }, (_, index) => index + 1));
    expect(seen.at(-1)?.frame.type).toBe('latest');
  });

  it('[RES5] tells a gap when the log no longer reaches back to a slow reader', async () => {
    const { append, open } = await stage(memoryLog({ maxEvents: 5, maxAgeMs: 1e9 }));
    const feed = await open({ maxFrames: 2 });
    await pull(feed, 1);
    for (let index = 0; index < 20; index += 1) await append(`n${index}`);
    const [gap] = await pull(feed, 1);
    expect(gap?.frame).toEqual({ type: 'gap', reason: 'expired', from: 'E:0', to: 'E:20' });
    await append('x');
    expect(offsets(await pull(feed, 1))).toEqual([21]);
  });

  it('shows an erased event as a mark of its place', async () => {
    const log = memoryLog();
    const { append, open } = await stage(log);
    await append('a');
    await log.erase(general, 1);
    const feed = await open({ since: { epoch: 'E', offset: 0 } });
    expect((await pull(feed, 2))[1]).toEqual({
      id: 'E:1',
      frame: { type: 'erased', position: 'E:1' },
    });
  });

  it('ends a waiting pull when it is returned, once, and lets the room go', async () => {
    const { open, rooms } = await stage(memoryLog());
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
    const { open, rooms } = await stage(broken);
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
    const { append, open } = await stage(holed);
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
    const { open } = await stage(memoryLog());
    const feed = await open();
    feed.endAfter(clock, 1_000);
    await pull(feed, 1);
    const waiting = feed.next();
    clock.advance(1_000);
    await expect(waiting).rejects.toMatchObject({ code: 'TOKEN_EXPIRED' });
    expect(await feed.next()).toEqual({ done: true, value: undefined });
  });

  it('has no subscribe member: tRPC takes it for an async iterable', async () => {
    const { open } = await stage(memoryLog());
    expect('subscribe' in (await open())).toBe(false);
  });

  it('[RES2] yields every event once and in order under any interleaving', async () => {
    const commands = 'append append append announce announce announce answer pull pull type'.split(
      ' ',
    );
    const command = fc.constantFrom(...commands);
    const plan = fc.record({
      before: fc.nat(6),
      since: fc.option(fc.nat(6), { nil: undefined }),
      commands: fc.array(command, { minLength: 10, maxLength: 80 }),
    });
    await fc.assert(fc.asyncProperty(plan, runPlan), { numRuns: 500 });
  });
});

interface Plan {
  readonly before: number;
  readonly since: number | undefined;
  readonly commands: readonly string[];
}

async function runPlan({ before, since, commands }: Plan): Promise<void> {
  const inner = memoryLog();
  const hand = handLog(inner);
  const { append, open, type } = await stage(hand.log);
  for (let index = 0; index < before; index += 1) await append('before');
  const from = since === undefined ? undefined : Math.min(since, before);
  const position = from === undefined ? undefined : { epoch: 'E', offset: from };
  const feed = await open({ since: position, maxFrames: 3, pageSize: 2 });
  const seen: Seen[] = [];
  let pulling: Promise<void> | undefined;
  const startPull = () =>
    (pulling ??= feed.next().then(({ value }) => {
      if (value) seen.push({ id: value[0], frame: value[1] });
      pulling = undefined;
    }));
  for (const command of commands) {
    if (command === 'append') await append('x');
    else if (command === 'announce') hand.announce();
    else if (command === 'answer') hand.answer();
    else if (command === 'type') await type(true);
    else void startPull();
    await settle();
  }
  // Let everything through, and pull until nothing comes any more.
  for (let quiet = 0; quiet < 3;) {
    const count = seen.length;
    void startPull();
    await settle();
    const moved = hand.announce() || hand.answer() || seen.length > count;
    quiet = moved ? 0 : quiet + 1;
  }
  await feed.return();
  check(seen, (await inner.bounds(general)).head);
}

function check(seen: readonly Seen[], head: number): void {
  expect(seen.map(({ id }) => id)).toHaveLength(new Set(seen.map(({ id }) => id)).size);
  const [first] = seen;
  expect(first?.frame.type).toBe('ready');
  let at = parsePosition(first?.id ?? '')?.offset ?? -1;
  for (const { id, frame } of seen) {
    const offset = parsePosition(id)?.offset;
    if (frame.type === 'event' && !id.includes('/')) at += 1;
    // RES1: a frame's id never leaves the place where this feed stands.
    expect(offset).toBe(at);
  }
  expect(at).toBe(head);
}
