import { limits, type RoomEvent } from '../../shared/index.ts';
import type { Page } from '../log/room-log.ts';
import { roomEvent } from './tracked-frame.ts';

/** The newest events of a page for somebody who begins: oldest first, without a hole between them and the
 *  end, and not more of them than fit in a frame that a slow reader can take (`recentBytes`). */
export function recentEvents({ events, epoch }: Page): RoomEvent[] {
  let bytes = 0;
  const recent: RoomEvent[] = [];
  for (const stored of events.toReversed()) {
    bytes += Buffer.byteLength(stored.data ?? '');
    if (bytes > limits.recentBytes) break;
    const event = roomEvent(stored, epoch);
    if (event) recent.unshift(event);
  }
  return recent;
}
