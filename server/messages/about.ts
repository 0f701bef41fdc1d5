import { CHANGE_TYPES, formatPosition, parsePosition, type RoomEvent } from '../../shared/index.ts';
import type { StoredEvent } from '../log/room-log.ts';

const CHANGES: ReadonlySet<string> = new Set(CHANGE_TYPES);

/** An event about another, as subscribers see it: the other's position is one of the epoch that it is read
 *  in. What was stored names the epoch of then, and a log that was damaged goes on under another (LOG3). */
export function withAbout(
  event: RoomEvent,
  { about, type }: StoredEvent,
  epoch: string,
): RoomEvent {
  if (about === undefined) return event;
  const target = formatPosition({ epoch, offset: about });
  if (!CHANGES.has(type)) return { ...event, replyTo: target };
  const data = event.data as { readonly replyTo?: string };
  const answered = data.replyTo === undefined ? undefined : parsePosition(data.replyTo);
  const replyTo = answered && formatPosition({ epoch, offset: answered.offset });
  return { ...event, data: { ...data, target, ...(replyTo !== undefined && { replyTo }) } };
}
