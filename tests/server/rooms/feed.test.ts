import { describe, expect, it } from 'vitest';
import { DAY } from '../../../shared/index.ts';
import { feedStage, offsets, pull } from '../../kit/feed-stage.ts';
import { handLog, settle } from '../../kit/hand-log.ts';
import { general, memoryLog } from '../../kit/rooms.ts';

describe('Feed', () => {
  it('[CON4] begins with ready at the head of the room', async () => {
    const { append, open } = await feedStage(memoryLog());
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
    const { append, open } = await feedStage(memoryLog());
    const feed = await open();
    await append('a');
    await append('b');
    const [ready] = await pull(feed, 1);
    expect(ready?.frame).toMatchObject({ type: 'ready', position: 'E:2' });
    await append('c');
    expect(offsets(await pull(feed, 1))).toEqual([3]);
  });

  it('[RES2] reads what came while it began, where it is to read again', async () => {
    const hand = handLog(memoryLog());
    const { append, open } = await feedStage(hand.log);
    const feed = await open();
    const ready = feed.next();
    await settle();
    await append('a');
    hand.announce();
    feed.reread();
    hand.answer();
    expect((await ready).value?.[1]).toMatchObject({ type: 'ready', position: 'E:0' });
    const next = pull(feed, 1);
    await settle();
    hand.answer();
    expect(offsets(await next)).toEqual([1]);
  });

  it('[RES3] replays everything after its position, then goes live', async () => {
    const { append, open } = await feedStage(memoryLog());
    for (const text of ['a', 'b', 'c', 'd', 'e']) await append(text);
    const feed = await open({ since: { epoch: 'E', offset: 2 }, pageSize: 2 });
    const seen = await pull(feed, 4);
    expect(seen[0]?.frame).toMatchObject({ type: 'ready', start: 'resumed', position: 'E:2' });
    expect(offsets(seen)).toEqual([3, 4, 5]);
    await append('f');
    expect(offsets(await pull(feed, 1))).toEqual([6]);
  });

  it('[RES3] tells a gap and starts fresh when it cannot resume', async () => {
    const { append, open } = await feedStage(memoryLog());
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
    const { append, open, type } = await feedStage(memoryLog());
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
    const { append, open, type } = await feedStage(hand.log);
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
    const { append, open, type } = await feedStage(memoryLog());
    const feed = await open({ maxFrames: 4, pageSize: 3 });
    await pull(feed, 1);
    await type(true);
    for (let index = 0; index < 20; index += 1) await append(`n${index}`);
    const seen = await pull(feed, 21);
    expect(offsets(seen)).toEqual(Array.from({ length: 20 }, (_, index) => index + 1));
    expect(seen.at(-1)?.frame.type).toBe('latest');
  });

  it('[RES5] tells a gap when the log no longer reaches back to a slow reader', async () => {
    const { append, open } = await feedStage(memoryLog({ maxEvents: 5, maxAgeMs: 1e9 }));
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
    const { append, open } = await feedStage(log);
    await append('a');
    await log.erase(general, 1);
    const feed = await open({ since: { epoch: 'E', offset: 0 } });
    expect((await pull(feed, 2))[1]).toEqual({
      id: 'E:1',
      frame: { type: 'erased', position: 'E:1' },
    });
  });

  it('has no subscribe member: tRPC takes it for an async iterable', async () => {
    const { open } = await feedStage(memoryLog());
    expect('subscribe' in (await open())).toBe(false);
  });
});
