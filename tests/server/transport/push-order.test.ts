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
import { openSeats } from '../../kit/outbound-seats.ts';
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
