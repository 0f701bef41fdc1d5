import { describe, expect, it } from 'vitest';
import { FlushQueue } from '../../../server/transport/ws/flush-queue.ts';
import { StallWatch } from '../../../server/transport/ws/stall-watch.ts';
import { TcpWrites } from '../../../server/transport/ws/tcp-writes.ts';
import { openSeats } from '../../kit/outbound-seats.ts';

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
});
