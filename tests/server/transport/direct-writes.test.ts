import { initTRPC } from '@trpc/server';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type { DirectSink } from '../../../server/transport/ws/direct-crowd.ts';
import { jsonEncoder } from '../../../server/transport/ws/encoder.ts';
import { Envelopes } from '../../../server/transport/ws/envelope.ts';
import { FlushQueue } from '../../../server/transport/ws/flush-queue.ts';
import { TcpWrites } from '../../../server/transport/ws/tcp-writes.ts';
import { directWrites } from '../../kit/direct-writes.ts';
import { openSeats } from '../../kit/outbound-seats.ts';
import { settle } from '../../kit/settle.ts';
import { waitFor } from '../../kit/wait-for.ts';

const softBytes = 10_000;

/** Some connections of one server whose places are open: each has been written to once. */
async function openSockets(count: number) {
  const queue = new FlushQueue();
  const envelopes = new Envelopes(initTRPC.create().router({}), jsonEncoder, queue);
  const writes = TcpWrites.find();
  const direct = directWrites({ queue, envelopes, writes, softBytes });
  const limits = { softBytes, hardBytes: Infinity };
  const seats = await openSeats(count, { queue, limits, writes, direct });
  const to = envelopes.subscribers.join({ id: 1, jsonrpc: undefined });
  const sinks = seats.map(({ outbound }): DirectSink => {
    outbound.send('hello');
    const { place } = outbound;
    return { hasRoom: () => true, push: () => true, end: () => {}, place, to };
  });
  await settle();
  await waitFor(() =>
    expect(seats.map(({ got }) => got.splice(0))).toEqual(seats.map(() => ['hello'])),
  );
  const crowd = direct.crowd<number>();
  for (const [no, sink] of sinks.entries()) crowd.add(no, sink);
  return { queue, envelopes, direct, limits, writes, seats, sinks, crowd, to };
}

function item(no: number, bytes = 1) {
  return { id: `e:${no}`, data: 'x'.repeat(bytes) };
}

function frame({ id, data }: { id: string; data: string }): string {
  return `{"id":1,"result":{"type":"data","data":${JSON.stringify({ id, data })},"id":"${id}"}}`;
}

describe('DirectWrites', () => {
  it('[TRN3] bring a crowd what it gets in a turn, and leave out who has something else to take', async () => {
    const { seats, crowd } = await openSockets(3);
    const [first, second] = [item(1), item(2)];
    expect(crowd.push(first)).toEqual([]);
    seats[1]?.outbound.send('in between');
    expect(crowd.push(second)).toEqual([1]);
    await settle();
    const both = [frame(first), frame(second)];
    await waitFor(() =>
      expect(seats.map(({ got }) => got)).toEqual([both, [frame(first), 'in between'], both]),
    );
    // Once that is written he takes part again.
    expect(crowd.push(item(3))).toEqual([]);
  });

  it('[TRN4] leave out whom an item would fill, and all that comes after it in the turn', async () => {
    const { seats, crowd, sinks, envelopes, to } = await openSockets(2);
    const [small, large] = [item(1), item(2, softBytes)];
    expect(crowd.push(small)).toEqual([]);
    expect(crowd.push(large)).toEqual([0, 1]);
    for (const { outbound } of seats) outbound.sendItem(envelopes, large, to);
    expect(seats.map(({ outbound }) => outbound.isFull)).toEqual([true, true]);
    expect(crowd.push(item(3))).toEqual([0, 1]);
    await settle();
    await waitFor(() =>
      expect(seats.map(({ got }) => got)).toEqual(sinks.map(() => [frame(small), frame(large)])),
    );
  });

  it('[AUT1] give nothing of one connection to the next that gets its place', async () => {
    const { seats, crowd, queue, limits, writes, direct, envelopes } = await openSockets(1);
    const [gone] = seats;
    crowd.push(item(1));
    const place = gone?.outbound.place;
    gone?.outbound.close();
    const [next] = await openSeats(1, { queue, limits, writes, direct });
    expect(next?.outbound.place).not.toBe(place);
    next?.outbound.send('hello');
    await settle();
    // The crowd still knows the one who has gone.
    expect(crowd.push(item(2))).toEqual([0]);
    const own = envelopes.subscribers.join({ id: 7, jsonrpc: undefined });
    next?.outbound.sendItem(envelopes, item(3), own);
    await settle();
    await waitFor(() => expect(next?.got.length).toBe(2));
    expect(next?.got).toEqual(['hello', frame(item(3)).replace('"id":1', '"id":7')]);
  });

  it('[TRN4] forget who leaves a crowd, whichever of them', async () => {
    const { seats, crowd } = await openSockets(4);
    for (const no of [1, 3, 3]) crowd.delete(no);
    const one = item(1);
    expect(crowd.push(one)).toEqual([]);
    await settle();
    await waitFor(() =>
      expect(seats.map(({ got }) => got)).toEqual([[frame(one)], [], [frame(one)], []]),
    );
  });

  it('[TRN3] leave for the next turn what comes of room that a write has made', async () => {
    const { seats, envelopes, to } = await openSockets(2);
    const [first, second] = seats;
    const turns: string[] = [];
    let isTold = false;
    first?.outbound.wait({
      onRoom: () => {
        if (!isTold) first.outbound.sendItem(envelopes, item(1), to);
        isTold = true;
        turns.push(`${first.outbound.isFull}`);
      },
    });
    // Before the other one, who has the rows flushed in the same run.
    first?.outbound.send('x'.repeat(softBytes + 1));
    second?.outbound.sendItem(envelopes, item(2), to);
    const written: number[] = [];
    setImmediate(() => written.push(first?.socket.bytesWritten ?? 0));
    await settle();
    await settle();
    expect(turns).toEqual(['false']);
    await waitFor(() => expect(first?.got.at(-1)).toBe(frame(item(1))));
    expect(written[0]).toBeLessThan(first?.socket.bytesWritten ?? 0);
    expect(second?.got).toEqual([frame(item(2))]);
  });

  it('[TRN3] write what is left in the next turn, when one of them throws', () => {
    vi.useFakeTimers({ toFake: ['setImmediate'] });
    onTestFinished(() => void vi.useRealTimers());
    const queue = new FlushQueue();
    const envelopes = new Envelopes(initTRPC.create().router({}), jsonEncoder, queue);
    // A kernel that takes nothing of the first, and has an error for it.
    class TCP {
      writeQueueSize = 0;
      readonly #error: number;
      readonly taken: string[] = [];
      constructor(error: number) {
        this.#error = error;
      }
      writeBuffer(_: object, bytes: Uint8Array): number {
        if (this.#error === 0) this.taken.push(Buffer.from(bytes.subarray(4)).toString());
        return this.#error;
      }
    }
    const WriteWrap = Object as unknown as new () => object;
    const parts = { TCP, WriteWrap, streamBaseState: [0], kLastWriteWasAsync: 0 };
    TCP.prototype.writeQueueSize = 0;
    const writes = TcpWrites.find(() => parts);
    const direct = directWrites({ queue, envelopes, writes, softBytes });
    const to = envelopes.subscribers.join({ id: 1, jsonrpc: undefined });
    const made = envelopes.framesOf(item(1, 200));
    const handles = [-1, 0, 0].map((error) => new TCP(error));
    const onHeld = () => {
      throw new Error('it cannot be held');
    };
    for (const handle of handles) {
      const place = direct.enter({ onHeld });
      direct.open(place, handle);
      expect(direct.add(place, made, to)).toBe(true);
    }
    expect(() => vi.runOnlyPendingTimers()).toThrow('it cannot be held');
    vi.runAllTimers();
    const expected = frame(item(1, 200));
    expect(handles.map(({ taken }) => taken)).toEqual([[], [expected], [expected]]);
  });
});
