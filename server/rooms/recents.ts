import { limits, type Position, type RoomEvent } from '../../shared/index.ts';
import { afresh } from '../afresh.ts';
import type { Page } from '../log/room-log.ts';
import { countWithin, roomEvent } from './tracked-frame.ts';

/** Where a room stands, and what came last before. */
export interface Recent {
  readonly position: Position;
  /** Oldest first, without a hole between them and the position. */
  readonly events: readonly RoomEvent[];
}

/** Reads a room's newest events for those who begin, once for all who come while it is read: none is shown what
 *  was erased before he came, and none stands behind what he has missed. */
export class Recents {
  /** @throws RoomError LOG_UNAVAILABLE, LOG_DAMAGED */
  readonly get: () => Promise<Recent>;

  constructor(read: () => Promise<Page>) {
    this.get = afresh(async () => recentOf(await read()));
  }
}

/** As many of the newest as fit in a frame that a slow reader can take (`recentBytes`). */
export function recentOf({ events, epoch, head }: Page): Recent {
  const count = countWithin(events.toReversed(), limits.recentBytes);
  const newest = events.slice(events.length - count);
  const recent = newest.flatMap((stored) => roomEvent(stored, epoch) ?? []);
  return { position: { epoch, offset: head }, events: recent };
}
