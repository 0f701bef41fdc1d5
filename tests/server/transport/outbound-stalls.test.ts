import { describe, expect, it } from 'vitest';
import { FlushQueue } from '../../../server/transport/ws/flush-queue.ts';
import { StallWatch } from '../../../server/transport/ws/stall-watch.ts';
import { TcpWrites } from '../../../server/transport/ws/tcp-writes.ts';
import { openSeats } from '../../kit/outbound-seats.ts';
import { waitFor } from '../../kit/wait-for.ts';

const limits = { softBytes: Infinity, hardBytes: Infinity };
const STALL_MS = 600_000;

describe.each([
  ['past the stream', TcpWrites.find()],
  ['through the stream', undefined],
])('Outbound, %s', (_, writes) => {
  it('[TRN4] cuts a reader who has stopped, however little waits for him', async () => {
    let now = 0;
    const queues = async () => new Map();
    const stalls = new StallWatch({ stallMs: STALL_MS, now: () => now, queues });
    const [seat] = await openSeats(1, { queue: new FlushQueue(), limits, writes, stalls });
    if (!seat) throw new Error('no seat');
    const { outbound, ws, reader } = seat;
    reader.pause();
    while (outbound.unsentBytes === 0) {
      outbound.send('x'.repeat(1_000));
      outbound.flush();
    }
    expect(outbound.unsentBytes).toBeLessThan(2_000);
    await stalls.check();
    expect(ws.readyState).toBe(ws.OPEN);
    now += STALL_MS;
    await stalls.check();
    expect(ws.readyState).not.toBe(ws.OPEN);
  });

  it('[TRN4] leaves alone who takes everything, whatever a turn has gathered when he is looked at', async () => {
    let now = 0;
    const stalls = new StallWatch({ stallMs: STALL_MS, now: () => now });
    const [seat] = await openSeats(1, { queue: new FlushQueue(), limits, writes, stalls });
    if (!seat) throw new Error('no seat');
    const { outbound, ws, got } = seat;
    // He is watched once something has waited for him.
    outbound.send('x'.repeat(20_000_000));
    await waitFor(() => expect(got).toHaveLength(1));
    for (let look = 1; look <= 8; look += 1) {
      now += STALL_MS / 6;
      outbound.send('tick');
      await stalls.check();
      await waitFor(() => expect(got).toHaveLength(1 + look));
    }
    expect(ws.readyState).toBe(ws.OPEN);
  });
});
