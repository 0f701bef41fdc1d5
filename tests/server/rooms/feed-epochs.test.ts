import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createMemoryLog } from '../../../server/log/memory-log.ts';
import type { Follower, RoomLog } from '../../../server/log/room-log.ts';
import { PUSH, type PushItem } from '../../../server/push.ts';
import {
  DAY,
  formatPosition,
  parsePosition,
  type Frame,
  type RoomEvent,
} from '../../../shared/index.ts';
import { feedStage, pull, type SeenFrame } from '../../kit/feed-stage.ts';
import { handLog, settle } from '../../kit/hand-log.ts';
import { ada, general } from '../../kit/rooms.ts';

const entry = { room: general, type: 'message', data: '{"json":{"text":"x"}}', by: ada, at: 1 };

/** A log that can lose all it has, as Redis can: it begins another epoch then, and says so to those who follow. */
function losingLog() {
  let count = 0;
  const followers = new Set<Follower>();
  const begin = () => {
    count += 1;
    const log = createMemoryLog({
      epoch: `E${count}`,
      retention: () => ({ maxEvents: 1_000, maxAgeMs: DAY }),
      onError: (error) => {
        throw error;
      },
    });
    log.follow(general, (...told) => {
      for (const follower of followers) follower(...told);
    });
    return log;
  };
  let now = begin();
  const log: RoomLog = {
    ...now,
    append: (one) => now.append(one),
    read: (room, range) => now.read(room, range),
    bounds: (room) => now.bounds(room),
    follow: (_, follower) => {
      followers.add(follower);
      return () => followers.delete(follower);
    },
  };
  /** It begins anew with so many events, of which followers hear only where it stands. */
  const lose = async (events: number) => {
    const told = [...followers];
    followers.clear();
    now = begin();
    for (let index = 0; index < events; index += 1) await now.append(entry);
    for (const follower of told) followers.add(follower);
    const { epoch } = await now.bounds(general);
    for (const follower of followers) follower([], epoch, events);
  };
  return { log, lose };
}

describe('a feed whose room begins another epoch', () => {
  it('[RES3] gets nothing of it before the gap, though a page of the last one comes late', async () => {
    const { log, lose } = losingLog();
    const hand = handLog(log);
    const { append, open } = await feedStage(hand.log);
    for (const text of ['a', 'b']) await append(text);
    const feed = await open({ since: { epoch: 'E1', offset: 1 } });
    const seen = pull(feed, 3);
    await settle();
    await lose(2);
    await append('c');
    while (hand.announce() || hand.answer()) await settle();
    expect(placesOf(await seen)).toEqual(['E1:1/n', 'E1:2', 'E2:3/n']);
  });

  it('[RES3] gets nothing of the last one after the gap, though that is what it has heard', async () => {
    const { log, lose } = losingLog();
    const hand = handLog(log);
    const { append, open } = await feedStage(hand.log);
    for (const text of ['a', 'b', 'c']) await append(text);
    const feed = await open({ since: { epoch: 'E1', offset: 1 }, pageSize: 1 });
    const first = pull(feed, 2);
    await settle();
    hand.answer();
    await first;
    await append('d');
    while (hand.announce());
    await lose(3);
    const seen = pull(feed, 2);
    await settle();
    hand.answer();
    await settle();
    await append('e');
    while (hand.announce() || hand.answer()) await settle();
    expect(placesOf(await seen)).toEqual(['E2:3/n', 'E2:4']);
  });

  it('[RES2] is told where, and gets every event of each epoch once and in order', async () => {
    const command = fc.constantFrom(
      ...'append append append announce announce announce answer answer type drain lose'.split(' '),
    );
    const plan = fc.record({
      before: fc.nat(4),
      since: fc.option(fc.nat(4), { nil: undefined }),
      room: fc.constantFrom(1, 2, 1_000),
      steps: fc.array(fc.record({ do: command, of: fc.nat(5) }), { minLength: 10, maxLength: 80 }),
    });
    await fc.assert(fc.asyncProperty(plan, runPlan), { numRuns: 500 });
  });
});

function placesOf(seen: readonly SeenFrame[]): string[] {
  return seen.map(({ id }) => id.replace(/\/.*/, '/n'));
}

async function runPlan(plan: {
  readonly before: number;
  readonly since: number | undefined;
  readonly room: number;
  readonly steps: readonly { readonly do: string; readonly of: number }[];
}): Promise<void> {
  const { log, lose } = losingLog();
  const hand = handLog(log);
  const { append, open, type } = await feedStage(hand.log);
  for (let index = 0; index < plan.before; index += 1) await append('before');
  const seen: SeenFrame[] = [];
  const errors: unknown[] = [];
  let room = plan.room;
  const sink = {
    hasRoom: () => room > 0,
    push: ({ id, data }: PushItem) => {
      seen.push({ id, frame: data as Frame<RoomEvent> });
      return (room -= 1) > 0;
    },
    end: (error: unknown) => void errors.push(error),
  };
  const since =
    plan.since === undefined
      ? undefined
      : { epoch: 'E1', offset: Math.min(plan.since, plan.before) };
  const feed = await open({ since, maxFrames: 3, pageSize: 2 });
  const control = feed[PUSH](sink);
  const drain = () => {
    room = plan.room;
    control.resume();
  };
  for (const { do: what, of } of plan.steps) {
    if (what === 'append') await append('x');
    else if (what === 'announce') hand.announce();
    else if (what === 'answer') hand.answer();
    else if (what === 'type') await type(true);
    else if (what === 'lose') await lose(of);
    else drain();
    await settle();
  }
  for (let quiet = 0; quiet < 6;) {
    const count = seen.length;
    drain();
    await settle();
    const moved = hand.announce() || hand.answer() || seen.length > count;
    quiet = moved ? 0 : quiet + 1;
  }
  await settle();
  expect(errors).toEqual([]);
  const { epoch, head } = await log.bounds(general);
  expect(endOf(seen)).toBe(formatPosition({ epoch, offset: head }));
}

/** Where the reader stands at the end, who believes what he is told. */
function endOf(seen: readonly SeenFrame[]): string {
  expect(new Set(seen.map(({ id }) => id)).size).toBe(seen.length);
  let at = '';
  for (const { id, frame } of seen) {
    if (frame.type === 'ready') at = frame.position;
    if (frame.type === 'gap') at = frame.to;
    if (frame.type === 'event' && !id.includes('/')) {
      const { epoch, offset } = parsePosition(at) ?? { epoch: '', offset: 0 };
      at = formatPosition({ epoch, offset: offset + 1 });
    }
    expect(id.replace(/\/.*/, '')).toBe(at);
  }
  return at;
}
