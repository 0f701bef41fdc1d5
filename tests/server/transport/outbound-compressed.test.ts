import { randomBytes } from 'node:crypto';
import { expect, it } from 'vitest';
import { FlushQueue } from '../../../server/transport/ws/flush-queue.ts';
import { openSeats } from '../../kit/outbound-seats.ts';
import { waitFor } from '../../kit/wait-for.ts';

const limits = { softBytes: 100_000, hardBytes: Infinity };

it('[TRN4] tells of the room behind what is compressed, whatever the app sends after it', async () => {
  const queue = new FlushQueue();
  const parts = { queue, limits, writes: undefined, isCompressed: true };
  const [seat] = await openSeats(1, parts);
  if (!seat) throw new Error('no seat');
  const { outbound, ws, got } = seat;
  expect(outbound.takesFrames).toBe(false);
  let hasRoom = false;
  outbound.wait({ onRoom: () => (hasRoom = true) });
  outbound.send(randomBytes(100_000).toString('hex'));
  expect(outbound.isFull).toBe(true);
  // More than may wait, and it still does when ours has left.
  for (let count = 0; count < 5; count += 1) ws.send(randomBytes(100_000).toString('hex'));
  await waitFor(() => expect(hasRoom).toBe(true));
  expect(outbound.isFull).toBe(false);
  await waitFor(() => expect(got).toHaveLength(6));
});
