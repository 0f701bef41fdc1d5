import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

const seat = z.strictObject({
  /** The room's key. */
  room: z.string(),
  memberId: z.string(),
  user: z.strictObject({ id: z.string(), name: z.string() }),
  sessionId: z.string().optional(),
  state: z.string().optional(),
});
const file = z.strictObject({ closedAt: z.number(), seats: z.array(seat) });

/** A seat that outlives an orderly restart. */
export type KeptSeat = z.output<typeof seat>;

/** Where seats stay while there is no server. */
export interface KeptSeats {
  /** Gives what was left there, once, in the order of leaving. Nothing if that is longer ago than clients wait. */
  take(now: number): readonly KeptSeat[];
  leave(seats: readonly KeptSeat[], now: number): void;
}

// Clients that lost their server try at least every 20 s.
const MOST_AGE_MS = 60_000;

/** Keeps seats in a file of the data directory. It is a courtesy: what cannot be written or read is forgotten, and the
 *  reason told. */
export function keptSeatsIn(dir: string, onError: (error: unknown) => void): KeptSeats {
  const path = join(dir, 'seats.json');
  return {
    take: (now) => {
      try {
        const text = readFileSync(path, 'utf8');
        // A server that is killed later leaves nobody behind.
        rmSync(path);
        const { closedAt, seats } = file.parse(JSON.parse(text));
        return Math.abs(now - closedAt) < MOST_AGE_MS ? seats : [];
      } catch (error) {
        if (!isMissing(error)) onError(error);
        return [];
      }
    },
    leave: (seats, closedAt) => {
      if (seats.length === 0) return;
      try {
        writeFileSync(path, JSON.stringify({ closedAt, seats }), { mode: 0o600 });
      } catch (error) {
        onError(error);
      }
    },
  };
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
