import { initTRPC } from '@trpc/server';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { Chain } from '../../../server/transport/ws/chain.ts';
import { jsonEncoder } from '../../../server/transport/ws/encoder.ts';
import { Envelopes } from '../../../server/transport/ws/envelope.ts';
import { frameBytes } from '../../../server/transport/ws/frame-bytes.ts';
import { FlushQueue } from '../../../server/transport/ws/flush-queue.ts';
import { ItemFrames } from '../../../server/transport/ws/item-frames.ts';
import { settle } from '../../kit/settle.ts';

/** A queue, and a subscriber of it. */
function create() {
  const queue = new FlushQueue();
  return { queue, to: queue.subscribers.join({ id: 1, jsonrpc: undefined }) };
}

const never = () => expect.unreachable('the items have tails');

/** A chain of two items, and what it is as bytes. */
function chainOf(...tails: readonly [string, string]) {
  const items = tails.map((text, no) => {
    return new ItemFrames({ id: `e:${no}`, data: null }, Buffer.from(text), never);
  });
  const chain = items.reduce((link, item) => link.with(item), new Chain());
  const frames = tails.map((text) => frameBytes(`{"id":1,${text}`));
  return { chain, expected: Buffer.concat(frames) };
}

describe('FlushQueue', () => {
  /** What is written in a run, by whoever is flushed in it. */
  async function inRun<T>(queue: FlushQueue, run: () => T): Promise<T> {
    const result = new Promise<T>((resolve) => queue.add({ flush: () => resolve(run()) }));
    await settle();
    return result;
  }

  it('[TRN2] writes a chain once in a run, and anew in the next', async () => {
    const { queue, to } = create();
    const { chain, expected } = chainOf('one', 'two');
    const bytes = () => queue.bytesOf(chain, to, expected.length);
    const other = chainOf('three', 'four');
    const others = () => queue.bytesOf(other.chain, to, other.expected.length);
    // As those who follow two rooms are flushed, who spoke in turn.
    const run = () => [bytes(), others(), bytes(), others()];
    const [first, second, again, secondAgain] = await inRun(queue, run);
    expect([again === first, secondAgain === second]).toEqual([true, true]);
    expect([first, second]).toEqual([expected, other.expected]);
    const later = await inRun(queue, () => {
      const own = bytes();
      others();
      return Buffer.from(own);
    });
    expect(later.equals(expected)).toBe(true);
  });

  it('flushes everybody, whoever throws', () => {
    vi.useFakeTimers({ toFake: ['setImmediate'] });
    onTestFinished(() => void vi.useRealTimers());
    const queue = new FlushQueue();
    const flushed: string[] = [];
    const failing = (name: string) => ({
      flush: () => {
        flushed.push(name);
        throw new Error(name);
      },
    });
    for (const one of [failing('first'), failing('second')]) queue.add(one);
    queue.add({ flush: () => void flushed.push('third') });
    expect(() => vi.runOnlyPendingTimers()).toThrow('first');
    expect(() => vi.runOnlyPendingTimers()).toThrow('second');
    vi.runAllTimers();
    expect(flushed).toEqual(['first', 'second', 'third']);
  });

  it('[TRN4] copies a piece once in a run, for all who cannot write it', async () => {
    const { queue, to } = create();
    const { chain, expected } = chainOf('one', 'two');
    const [copy, again] = await inRun(queue, () => {
      const bytes = queue.bytesOf(chain, to, expected.length);
      return [queue.copyOf(bytes), queue.copyOf(bytes)];
    });
    expect(again).toBe(copy);
    const other = chainOf('three', 'four');
    await inRun(queue, () => queue.bytesOf(other.chain, to, other.expected.length));
    expect(copy).toEqual(expected);
    expect(copy?.buffer.byteLength).toBe(expected.length);
  });

  it('[TRN3] writes nothing between two runs where the next one writes', async () => {
    const { queue, to } = create();
    const between = chainOf('one', 'two');
    const bytes = queue.bytesOf(between.chain, to, between.expected.length);
    const joined = queue.join([Buffer.from('ab'), Buffer.from('cd')], 4);
    // And remembers nothing of it: nobody would forget it again.
    expect(queue.bytesOf(between.chain, to, between.expected.length)).not.toBe(bytes);
    const other = chainOf('three', 'four');
    for (let run = 0; run < 2; run += 1) {
      await inRun(queue, () => queue.bytesOf(other.chain, to, other.expected.length));
    }
    expect(bytes.equals(between.expected)).toBe(true);
    expect(joined.toString()).toBe('abcd');
  });
});

describe('Envelopes', () => {
  it('[TRN2] makes the frames of an item once in a turn, and keeps none of them beyond it', async () => {
    const envelopes = new Envelopes(initTRPC.create().router({}), jsonEncoder, new FlushQueue());
    const item = { id: 'e:1', data: 1 };
    const other = { id: 'e:2', data: 2 };
    const { start } = envelopes;
    const frames = envelopes.framesOf(item);
    envelopes.framesOf(other);
    expect(envelopes.framesOf(item)).toBe(frames);
    expect(envelopes.start).toBe(start);
    await settle();
    expect(envelopes.start).not.toBe(start);
    expect(envelopes.framesOf(other)).not.toBe(frames);
    expect(envelopes.framesOf(item)).not.toBe(frames);
  });
});
