import { initTRPC } from '@trpc/server';
import { describe, expect, it } from 'vitest';
import { PUSH, type PushItem, type PushSource } from '../../../server/push.ts';
import { FramePush } from '../../../server/rooms/push-frames.ts';
import { createTally } from '../../../server/tally.ts';
import { jsonEncoder } from '../../../server/transport/ws/encoder.ts';
import { Envelopes } from '../../../server/transport/ws/envelope.ts';
import { FlushQueue } from '../../../server/transport/ws/flush-queue.ts';
import { PushStream } from '../../../server/transport/ws/push-stream.ts';
import { TcpWrites } from '../../../server/transport/ws/tcp-writes.ts';
import { directWrites } from '../../kit/direct-writes.ts';
import { openSeats } from '../../kit/outbound-seats.ts';
import { settle } from '../../kit/settle.ts';
import { waitFor } from '../../kit/wait-for.ts';

describe.each([
  ['past the stream', TcpWrites.find()],
  ['through the stream', undefined],
])('a stream of a connection, written %s', (_, writes) => {
  it('[RES2] [TRN4] keeps its order where a large answer of the same turn has to be written first', async () => {
    const queue = new FlushQueue();
    const envelopes = new Envelopes(initTRPC.create().router({}), jsonEncoder, queue);
    const limits = { softBytes: 10_000, hardBytes: 40_000 };
    const [seat] = await openSeats(1, { queue, limits, writes });
    if (!seat) throw new Error('no seat');
    const { outbound, got } = seat;
    const items: PushItem[] = ['a', 'b', 'c'].map((id) => ({ id, data: id }));
    const source: PushSource = {
      [PUSH]: (sink) => {
        const waiting = [...items];
        const push = new FramePush(
          {
            take: () => waiting.shift(),
            progress: () => 'waiting',
            more: () => Promise.resolve(),
            end: () => {},
            takeFailure: () => undefined,
          },
          sink,
        );
        // As after a read that a feed has waited for.
        queueMicrotask(() => push.pump());
        return push;
      },
    };
    const target = { outbound, envelopes, tally: createTally() };
    const stream = new PushStream(target, { id: 1, jsonrpc: undefined }, { onPushEnd: () => {} });
    stream.open(source);
    outbound.send('x'.repeat(50_000));
    await waitFor(() => expect(got).toHaveLength(4));
    expect(got.slice(1).map((text) => /"id":"(\w)"/.exec(text)?.[1])).toEqual(['a', 'b', 'c']);
  });
});

describe('a connection among the direct writes', () => {
  /** Connections that have been written to, with a stream of each. */
  async function openStreams(count: number, limits: { softBytes: number; hardBytes: number }) {
    const [queue, writes] = [new FlushQueue(), TcpWrites.find()];
    const envelopes = new Envelopes(initTRPC.create().router({}), jsonEncoder, queue);
    const direct = directWrites({ queue, envelopes, writes, softBytes: limits.softBytes });
    const seats = await openSeats(count, { queue, limits, writes, direct });
    const streamOf = ({ outbound }: (typeof seats)[number], id = 1) => {
      const target = { outbound, envelopes, tally: createTally() };
      return new PushStream(target, { id, jsonrpc: undefined }, { onPushEnd: () => {} });
    };
    for (const { outbound } of seats) outbound.send('hello');
    await settle();
    await waitFor(() =>
      expect(seats.map(({ got }) => got.splice(0))).toEqual(seats.map(() => ['hello'])),
    );
    return { seats, streamOf };
  }

  const nameOf = (text: string) => /"id":"(\w)"/.exec(text)?.[1] ?? text.slice(0, 5);

  it('[TRN3] sends a reply before what is pushed after it, where a large answer had to be written first', async () => {
    const { seats, streamOf } = await openStreams(2, { softBytes: 50_000, hardBytes: 100_000 });
    const [one, other] = seats;
    if (!one || !other) throw new Error('no seat');
    // The other one comes first in this turn, and with him all direct writes.
    streamOf(other).push({ id: 'a', data: 0 });
    one.outbound.send('x'.repeat(150_000));
    one.outbound.send('reply');
    const stream = streamOf(one);
    expect(stream.hasRoom()).toBe(true);
    stream.push({ id: 'b', data: 0 });
    await waitFor(() => expect(one.got.map(nameOf)).toEqual(['xxxxx', 'reply', 'b']));
  });

  it('[TRN3] sends all of several streams, where the hard cap is below the soft budget', async () => {
    const { seats, streamOf } = await openStreams(1, { softBytes: 50_000, hardBytes: 20_000 });
    const [seat] = seats;
    if (!seat) throw new Error('no seat');
    const [first, second] = [streamOf(seat, 1), streamOf(seat, 2)];
    const data = 'x'.repeat(12_000);
    for (const [stream, id] of [
      [first, 'a'],
      [first, 'b'],
      [second, 'c'],
      [second, 'd'],
    ] as const) {
      expect(stream.hasRoom()).toBe(true);
      stream.push({ id, data });
    }
    seat.outbound.send('reply');
    await waitFor(() => expect(seat.got.map(nameOf)).toEqual(['a', 'b', 'c', 'd', 'reply']));
  });
});
