import { describe, expect, it, vi } from 'vitest';
import { FlushQueue } from '../../../server/transport/ws/flush-queue.ts';
import { TcpWrites } from '../../../server/transport/ws/tcp-writes.ts';
import { openSeats, type Seat } from '../../kit/outbound-seats.ts';
import { settle } from '../../kit/settle.ts';

const limits = { softBytes: 50_000, hardBytes: 100_000 };

describe.each([
  ['past the stream', TcpWrites.find()],
  ['through the stream', undefined],
])('Outbound, %s', (_, writes) => {
  async function openSeat(): Promise<Seat> {
    const [seat] = await openSeats(1, { queue: new FlushQueue(), limits, writes });
    if (!seat) throw new Error('no seat');
    return seat;
  }

  it('[TRN4] brings whoever reads what was gathered in one turn, however much it is', async () => {
    const { outbound, ws, got } = await openSeat();
    const frames = ['a', 'b', 'c', 'd'].map((name) => name.repeat(80_000));
    for (const frame of frames) outbound.send(frame);
    await vi.waitFor(() => expect(got).toEqual(frames));
    expect(ws.readyState).toBe(ws.OPEN);
  });

  it('[TRN4] brings whoever reads a frame that is larger than the hard cap', async () => {
    const { outbound, got } = await openSeat();
    const frame = 'x'.repeat(20_000_000);
    outbound.send(frame);
    await vi.waitFor(() => expect(got).toEqual([frame]), { timeout: 10_000 });
  });

  it('[TRN4] cuts who has more than the hard cap to take, with the next frame', async () => {
    const { outbound, ws, reader } = await openSeat();
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
});
