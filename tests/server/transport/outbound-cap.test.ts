import { describe, expect, it } from 'vitest';
import { FlushQueue } from '../../../server/transport/ws/flush-queue.ts';
import { TcpWrites } from '../../../server/transport/ws/tcp-writes.ts';
import { openSeats, type Seat } from '../../kit/outbound-seats.ts';
import { settle } from '../../kit/settle.ts';
import { waitFor } from '../../kit/wait-for.ts';

const limits = { softBytes: 50_000, hardBytes: 100_000 };

const past = TcpWrites.find();

async function openSeat(writes: TcpWrites | undefined): Promise<Seat> {
  const [seat] = await openSeats(1, { queue: new FlushQueue(), limits, writes });
  if (!seat) throw new Error('no seat');
  return seat;
}

describe.each([
  ['past the stream', past],
  ['through the stream', undefined],
])('Outbound, %s', (_, writes) => {
  it('[TRN4] brings whoever reads what was gathered in one turn, however much it is', async () => {
    const { outbound, ws, got } = await openSeat(writes);
    const frames = ['a', 'b', 'c', 'd'].map((name) => name.repeat(80_000));
    for (const frame of frames) outbound.send(frame);
    await waitFor(() => expect(got).toEqual(frames));
    expect(ws.readyState).toBe(ws.OPEN);
  });

  it('[TRN4] brings whoever reads a frame that is larger than the hard cap', async () => {
    const { outbound, got } = await openSeat(writes);
    const frame = 'x'.repeat(20_000_000);
    outbound.send(frame);
    await waitFor(() => expect(got).toEqual([frame]));
  });

  it('[TRN4] cuts who has more than the hard cap to take, with the next frame', async () => {
    const { outbound, ws, reader } = await openSeat(writes);
    reader.pause();
    while (outbound.unsentBytes <= limits.hardBytes) {
      expect(ws.readyState).toBe(ws.OPEN);
      outbound.send('x'.repeat(80_000));
      await settle();
    }
    expect(ws.readyState).toBe(ws.OPEN);
    outbound.send('one more');
    expect(ws.readyState).not.toBe(ws.OPEN);
  });

  it('[TRN4] lets streams that wait for room have it in turn, each until it is taken', async () => {
    const { outbound, got } = await openSeat(writes);
    for (const name of ['a', 'b', 'c']) {
      outbound.wait({ onRoom: () => got.length < 6 && outbound.send(name.repeat(60_000)) });
    }
    outbound.send('x'.repeat(60_000));
    await waitFor(() => expect(got.length).toBeGreaterThanOrEqual(7));
    expect(got.slice(1, 7).map((text) => text[0])).toEqual(['a', 'b', 'c', 'a', 'b', 'c']);
  });

  it('[TRN4] offers what was gathered to the kernel before it says that there is no room', async () => {
    const { outbound, reader } = await openSeat(writes);
    outbound.send('x'.repeat(60_000));
    expect(outbound.isFull).toBe(true);
    expect(outbound.hasRoom()).toBe(true);
    reader.pause();
    while (outbound.hasRoom()) outbound.send('x'.repeat(60_000));
    expect(outbound.unsentBytes).toBeGreaterThan(0);
  });

  it('[RES2] tells of the room that a frame finds when that frame has been taken', async () => {
    const { outbound, got } = await openSeat(writes);
    const waiter = {
      // A stream that has been full goes on with what comes next.
      onRoom: () => {
        outbound.waitNoMore(waiter);
        outbound.send('second');
      },
    };
    outbound.wait(waiter);
    outbound.send('x'.repeat(120_000));
    outbound.send('first');
    await waitFor(() => expect(got.slice(1)).toEqual(['first', 'second']));
  });
});

// A stream counts a write as waiting until all of it has left.
describe('Outbound, past the stream, with a frame of which a part has left', () => {
  it('[TRN4] sees what leaves while the rest waits', async () => {
    const { outbound, got } = await openSeat(past);
    outbound.send('x'.repeat(20_000_000));
    outbound.flush();
    const seen = new Set<number>();
    while (outbound.unsentBytes > 0) {
      seen.add(outbound.unsentBytes);
      await settle();
    }
    expect(seen.size).toBeGreaterThan(2);
    expect([...seen]).toEqual([...seen].toSorted((a, b) => b - a));
    await waitFor(() => expect(got).toHaveLength(1));
  });
});
