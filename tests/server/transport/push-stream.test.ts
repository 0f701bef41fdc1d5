import { initTRPC } from '@trpc/server';
import { describe, expect, it } from 'vitest';
import { PUSH, type PushSource } from '../../../server/push.ts';
import { createTally } from '../../../server/tally.ts';
import { jsonEncoder } from '../../../server/transport/ws/encoder.ts';
import { Envelopes } from '../../../server/transport/ws/envelope.ts';
import { FlushQueue } from '../../../server/transport/ws/flush-queue.ts';
import { PushStream } from '../../../server/transport/ws/push-stream.ts';
import { TcpWrites } from '../../../server/transport/ws/tcp-writes.ts';
import { directWrites } from '../../kit/direct-writes.ts';
import { feedStage } from '../../kit/feed-stage.ts';
import { handLog, settle as settleLog } from '../../kit/hand-log.ts';
import { openSeats, type Seat } from '../../kit/outbound-seats.ts';
import { memoryLog } from '../../kit/rooms.ts';
import { settle } from '../../kit/settle.ts';
import { waitFor } from '../../kit/wait-for.ts';

const quiet: PushSource = { [PUSH]: () => ({ resume: () => {}, stop: () => {} }) };
const limits = { softBytes: 100_000, hardBytes: Infinity };

/** One connection, and streams to it by request id. */
async function openStage({ isCompressed }: { isCompressed: boolean }) {
  const queue = new FlushQueue();
  const envelopes = new Envelopes(initTRPC.create().router({}), jsonEncoder, queue);
  const writes = TcpWrites.find();
  const direct = isCompressed ? undefined : directWrites({ queue, envelopes, writes });
  const seats = await openSeats(1, { queue, limits, writes, direct, isCompressed });
  // Just one was asked for.
  const [seat] = seats as [Seat];
  const target = { outbound: seat.outbound, envelopes, tally: createTally() };
  const ends: unknown[] = [];
  const stream = (id: number) =>
    new PushStream(
      target,
      { id, jsonrpc: undefined },
      { onPushEnd: (error) => void ends.push(error) },
    );
  return { ...seat, stream, ends };
}

describe('a stream that is pushed', () => {
  it('[TRN1] says nothing once it is stopped, when its request id may be that of another', async () => {
    const hand = handLog(memoryLog());
    const { open } = await feedStage(hand.log);
    const { outbound, got, stream } = await openStage({ isCompressed: false });
    const feed = await open({});
    const first = stream(5);
    first.open(feed);
    await settleLog();
    while (hand.answer()) await settleLog();
    await waitFor(() => expect(got).toHaveLength(1));
    // It reads the log, and is to say after that what has become of it.
    feed.reread();
    await settleLog();
    feed.revoke('removed');
    first.stop();
    for (const text of ['one', 'two']) {
      outbound.send(text);
      await settle();
    }
    const second = stream(6);
    second.open(quiet);
    expect(second.to).toBe(first.to);
    expect(hand.answer()).toBe(true);
    await settleLog();
    outbound.send('three');
    await waitFor(() => expect(got.at(-1)).toBe('three'));
    expect(got.slice(1)).toEqual(['one', 'two', 'three']);
  });

  it.each([
    ['compressed', true],
    ['plain', false],
  ])('gives its number back over a %s connection', async (_, isCompressed) => {
    const { got, stream } = await openStage({ isCompressed });
    const numbers = new Set<number>();
    for (let id = 0; id < 200; id += 1) {
      const one = stream(id);
      numbers.add(one.to);
      one.open(quiet);
      one.push({ id: `e:${id}`, data: 1 });
      one.stop();
      await settle();
    }
    await waitFor(() => expect(got).toHaveLength(200));
    expect(numbers.size).toBeLessThan(5);
  });

  it('[TRN1] is over when its source cannot begin, and keeps no number of it', async () => {
    const { stream, ends } = await openStage({ isCompressed: false });
    const failing: PushSource = {
      [PUSH]: () => {
        throw new Error('no source');
      },
    };
    const numbers = new Set<number>();
    for (let id = 0; id < 20; id += 1) {
      const one = stream(id);
      numbers.add(one.to);
      one.open(failing);
      await settle();
    }
    expect(ends).toEqual(Array.from({ length: 20 }, () => new Error('no source')));
    expect(numbers.size).toBeLessThan(5);
  });
});
