import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  PUSH,
  type PushControl,
  type PushCrowd,
  type PushItem,
  type PushSink,
  type PushTogether,
} from '../../../server/push.ts';
import type { Room } from '../../../server/rooms/room.ts';
import type { TrackedFrame } from '../../../server/rooms/tracked-frame.ts';
import { chat, parsePosition, type Frame, type RoomEvent } from '../../../shared/index.ts';
import { feedStage } from '../../kit/feed-stage.ts';
import { handLog, settle } from '../../kit/hand-log.ts';
import { general, memoryLog } from '../../kit/rooms.ts';

const NEWEST = { before: Number.MAX_SAFE_INTEGER, limit: 1 };
const THROWS = new Error('the sink cannot take it');

/** Somebody who is pushed to, and has room for so much at a time. */
class PushedReader {
  readonly seen: { readonly id: string; readonly frame: Frame<RoomEvent> }[] = [];
  readonly ends: unknown[] = [];
  pushedWhenFull = 0;
  readonly #roomAtATime: number;
  #room: number;
  #throwsNext = false;
  #stopsNext = false;
  control: PushControl | undefined;

  /** Unset: he is pushed to alone. */
  readonly together: PushTogether | undefined;

  constructor(roomAtATime: number, together?: PushTogether) {
    this.together = together;
    this.#roomAtATime = roomAtATime;
    this.#room = roomAtATime;
  }

  hasRoom(): boolean {
    return this.#room > 0;
  }

  /** May he be given something with no look at what comes of it? */
  get isPlain(): boolean {
    return this.#room > 1 && !this.#throwsNext && !this.#stopsNext;
  }

  push({ id, data }: PushItem): boolean {
    if (this.#throwsNext) throw THROWS;
    // Room that a connection makes for a frame lets it hear what its client has sent meanwhile.
    if (this.#stopsNext) this.control?.stop();
    if (this.#room <= 0) this.pushedWhenFull += 1;
    this.seen.push({ id, frame: data as Frame<RoomEvent> });
    this.#room -= 1;
    return this.#room > 0;
  }

  end(error?: unknown): void {
    // Whoever has stopped knows it.
    if (!this.#stopsNext || this.ends.length === 0) this.ends.push(error);
  }

  throwNext(): void {
    this.#throwsNext = true;
  }

  stopNext(): void {
    this.#stopsNext = true;
  }

  /** Another stream of his connection has taken the room. */
  fill(): void {
    this.#room = 0;
  }

  drain(): void {
    this.#room = this.#roomAtATime;
    // Whoever was told of the end asks for nothing more.
    if (this.ends.length === 0) this.control?.resume();
  }
}

/** Pushes to readers at once, where that leaves them room. */
class Crowd<T> implements PushCrowd<T> {
  readonly #sinks = new Map<T, PushSink>();

  add(whose: T, sink: PushSink): void {
    expect(this.#sinks.has(whose)).toBe(false);
    this.#sinks.set(whose, sink);
  }

  get size(): number {
    return this.#sinks.size;
  }

  delete(whose: T): void {
    expect(this.#sinks.delete(whose)).toBe(true);
  }

  push(item: PushItem): readonly T[] {
    expect(this.size).toBeGreaterThan(0);
    const left: T[] = [];
    for (const [whose, sink] of this.#sinks) {
      if (sink instanceof PushedReader && sink.isPlain) expect(sink.push(item)).toBe(true);
      else left.push(whose);
    }
    return left;
  }
}

const together: PushTogether = { crowd: <T>() => new Crowd<T>() };

const ways = [
  ['pushed to alone', undefined],
  ['pushed to together', together],
] as const;

type Step =
  | 'append'
  | 'type'
  | 'announce'
  | 'answer'
  | 'drain'
  | 'reread'
  | 'tell'
  | 'deliver'
  | 'fill'
  | 'stop'
  | 'stop next'
  | 'throw';
const steps: readonly [number, Step][] = [
  [6, 'append'],
  [6, 'announce'],
  [4, 'answer'],
  [4, 'type'],
  [3, 'drain'],
  [1, 'reread'],
  [2, 'tell'],
  [1, 'deliver'],
  [2, 'fill'],
  [1, 'stop'],
  [1, 'stop next'],
  [1, 'throw'],
];
const step = fc.record({
  do: fc.oneof(
    ...steps.map(([weight, arbitrary]) => ({ weight, arbitrary: fc.constant(arbitrary) })),
  ),
  who: fc.nat(),
});

describe('feeds in step', () => {
  it('[RES5] get every event once and in order, whoever is full, reads again, goes or breaks', async () => {
    const plan = fc.record({
      before: fc.nat(3),
      rooms: fc.array(fc.constantFrom(1, 2, 5, 1_000), { minLength: 2, maxLength: 5 }),
      together: fc.array(fc.boolean(), { minLength: 5, maxLength: 5 }),
      steps: fc.array(step, { minLength: 20, maxLength: 120 }),
    });
    await fc.assert(fc.asyncProperty(plan, runPlan), { numRuns: 500 });
  });

  it.each(ways)(
    '[TRN4] one whose sink throws ends with that, and takes nobody along, %s',
    async (_, way) => {
      const { append, open } = await feedStage(memoryLog());
      const readers = [1_000, 1_000, 1_000].map((room) => new PushedReader(room, way));
      for (const reader of readers) reader.control = (await open({}))[PUSH](reader);
      await settle();
      for (const text of ['one', 'two']) await append(text);
      readers[1]?.throwNext();
      await append('three');
      await settle();
      expect(readers.map(({ seen }) => seen.length)).toEqual([4, 3, 4]);
      expect(readers.map(({ ends }) => ends)).toEqual([[], [THROWS], []]);
    },
  );

  it.each(ways)(
    '[TRN4] one who is full gets nothing more, whatever the end of another has told in between, %s',
    async (_, way) => {
      const { append, open, type } = await feedStage(memoryLog());
      const readers = [3, 1_000, 1_000].map((room) => new PushedReader(room, way));
      let tell = () => {};
      for (const [no, reader] of readers.entries()) {
        const onEnd = no === 1 ? () => tell() : undefined;
        reader.control = (await open(onEnd ? { onEnd } : {}))[PUSH](reader);
      }
      await settle();
      await append('one');
      // As values go with whoever has gone.
      tell = () => void type(true);
      readers[1]?.throwNext();
      await append('two');
      await settle();
      expect(readers.map(({ pushedWhenFull }) => pushedWhenFull)).toEqual([0, 0, 0]);
      readers[0]?.drain();
      await settle();
      expect(readers[0]?.seen.filter(({ frame }) => frame.type === 'event')).toHaveLength(2);
    },
  );
});

it.each([
  ['in step', 4, ['one', 'two']],
  ['in step, and full by it', 3, ['one', 'two']],
  ['by himself', 3, ['one']],
  ['by himself, and full by it', 2, ['one']],
])('[TRN4] one who goes while he is given a frame %s is given no more', async (_, room, texts) => {
  const { append, open, rooms } = await feedStage(memoryLog());
  const [reader, other] = [new PushedReader(room), new PushedReader(1_000)];
  const feeds = [await open({}), await open({})];
  for (const [no, one] of [reader, other].entries()) one.control = feeds[no]?.[PUSH](one);
  await settle();
  for (const [index, text] of texts.entries()) {
    if (index === texts.length - 1) reader.stopNext();
    await append(text);
  }
  await append('more');
  expect(reader.seen).toHaveLength(1 + texts.length);
  expect(reader.ends).toEqual([undefined]);
  await append('and more');
  expect(reader.seen).toHaveLength(1 + texts.length);
  other.control?.stop();
  // Nobody follows it any more.
  expect(rooms.size).toBe(0);
});

/** What somebody is told alone, as of his read marks. */
function ownFrame(room: Room): TrackedFrame {
  const { position } = room;
  const data = { type: 'latest', latest: [] } as const;
  return { id: room.frameId(position), offset: position.offset, delivery: 'latest', data };
}

async function runPlan(plan: {
  readonly before: number;
  readonly rooms: readonly number[];
  /** Which of them are pushed to with others. */
  readonly together: readonly boolean[];
  readonly steps: readonly { readonly do: Step; readonly who: number }[];
}): Promise<void> {
  const inner = memoryLog();
  const hand = handLog(inner);
  const { append, open, type, rooms } = await feedStage(hand.log);
  for (let index = 0; index < plan.before; index += 1) await append('before');
  const readers = plan.rooms.map(
    (room, no) => new PushedReader(room, plan.together[no] === true ? together : undefined),
  );
  const feeds = [];
  for (const reader of readers) {
    // Values that went with whoever has gone are told at once, within what is being told.
    const onEnd = () => void type(true);
    const feed = await open({ maxFrames: 3, pageSize: 2, onEnd });
    reader.control = feed[PUSH](reader);
    feeds.push(feed);
  }
  const gone = new Set<PushedReader>();
  for (const { do: what, who } of plan.steps) {
    const no = who % readers.length;
    const [reader, feed] = [readers[no], feeds[no]];
    if (!reader || !feed) continue;
    if (what === 'append') await append('x');
    else if (what === 'type') await type(true);
    else if (what === 'announce') hand.announce();
    else if (what === 'answer') hand.answer();
    else if (what === 'drain') reader.drain();
    else if (what === 'fill') reader.fill();
    else if (what === 'reread') feed.reread();
    else if (what === 'deliver') {
      // What is known already, or what leaps over others.
      const { events } = await inner.read(general, NEWEST);
      await rooms.with(general, chat, (room) => room.deliver(events, 'E'));
    } else if (what === 'tell' && gone.has(reader)) continue;
    else if (what === 'tell')
      await rooms.with(general, chat, (room) => feed.receive(ownFrame(room)));
    else {
      gone.add(reader);
      if (what === 'stop') reader.control?.stop();
      else if (what === 'stop next') reader.stopNext();
      else reader.throwNext();
    }
    await settle();
  }
  for (let quiet = 0; quiet < 8;) {
    const count = readers.reduce((sum, { seen }) => sum + seen.length, 0);
    for (const reader of readers) reader.drain();
    await settle();
    const moved = hand.announce() || hand.answer();
    const seen = readers.reduce((sum, reader) => sum + reader.seen.length, 0);
    quiet = moved || seen > count ? 0 : quiet + 1;
  }
  const { head } = await inner.bounds(general);
  for (const reader of readers) check(reader, gone.has(reader) ? undefined : head);
}

/** `head`: where he must stand who is still there. */
function check({ seen, ends, pushedWhenFull }: PushedReader, head: number | undefined): void {
  expect(new Set(seen.map(({ id }) => id)).size).toBe(seen.length);
  expect(ends.length).toBeLessThanOrEqual(1);
  expect(pushedWhenFull).toBe(0);
  let at: number | undefined;
  for (const { id, frame } of seen) {
    const offset = parsePosition(id)?.offset;
    if (at === undefined) expect(frame.type).toBe('ready');
    at ??= offset ?? 0;
    if (frame.type === 'event' && !id.includes('/')) at += 1;
    // RES1: a frame's id never leaves the place where its reader stands.
    expect(offset).toBe(at);
  }
  if (head !== undefined) expect([at, ends]).toEqual([head, []]);
}
