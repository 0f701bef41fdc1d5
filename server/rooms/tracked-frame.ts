import type { Delivery, Frame, RoomEvent } from '../../shared/index.ts';
import { formatPosition } from '../../shared/index.ts';
import type { PushItem } from '../push.ts';
import type { StoredEvent } from '../log/room-log.ts';
import { withAbout } from '../messages/about.ts';
import { decodeData } from './encoding.ts';

/** A frame with the id that it is tracked by (RES1): made once, shared by all feeds of a room. */
export interface TrackedFrame extends PushItem {
  /** Durable: its own offset. Otherwise: that of the last durable event before it. */
  readonly offset: number;
  /** `control`: of the feed itself (`ready`, `gap`), never dropped. `presence`: as latest values, the
   *  outcome is enough. */
  readonly delivery: Delivery | 'control' | 'presence';
  readonly data: Frame<RoomEvent>;
}

/** Makes the `n` of ids `epoch:offset/n`: a node tag and a counter, never the same twice. The stock
 *  client drops a repeated id while it moves to a new socket. */
export function createFrameNumbers(nodeTag: string): () => string {
  let count = 0;
  return () => `${nodeTag}${(count += 1).toString(36)}`;
}

/** How large a stored event's data is, in bytes: as JSON, which is what a frame has of it too. */
export function dataBytes({ data }: StoredEvent): number {
  return Buffer.byteLength(data ?? '');
}

/** How many of the first events have at most so many bytes of data together. */
export function countWithin(events: readonly StoredEvent[], most: number): number {
  let bytes = 0;
  const end = events.findIndex((event) => (bytes += dataBytes(event)) > most);
  return end === -1 ? events.length : end;
}

/** A stored event as subscribers see it. Undefined when its content was erased. */
export function roomEvent(stored: StoredEvent, epoch: string): RoomEvent | undefined {
  if (stored.data === null) return undefined;
  const position = formatPosition({ epoch, offset: stored.offset });
  const { type, by, at, idempotencyKey } = stored;
  const data = decodeData(stored.data);
  const plain = { id: position, type, data, by, at: new Date(at), position };
  const event = stored.about === undefined ? plain : withAbout(plain, stored, epoch);
  return idempotencyKey === undefined ? event : { ...event, idempotencyKey };
}

/** A stored event's frame: the event, or the mark of its place once it is erased. */
export function durableFrame(stored: StoredEvent, epoch: string): TrackedFrame {
  const id = formatPosition({ epoch, offset: stored.offset });
  const event = roomEvent(stored, epoch);
  const data: Frame<RoomEvent> = event
    ? { type: 'event', event }
    : { type: 'erased', position: id };
  return { id, offset: stored.offset, delivery: 'durable', data };
}
