import type {
  Ack,
  ClientEventType,
  DurableType,
  EventInput,
  RoomError,
  RoomKind,
} from '../../shared/index.ts';
import { unheeded } from '../listeners.ts';
import { isShown, shownEntry } from './client-outbox.ts';
import type { EntryState } from './entry.ts';
import { roomKey, type Outbox } from './outbox.ts';
import type { Line } from './line.ts';

/** The events that wait in an outbox: durable ones that clients may publish. */
export type OutboxType<K extends RoomKind> = ClientEventType<K> & DurableType<K>;

/** An unsent, or just sent, publish as a screen shows it, discriminated by `type`. It leaves when its
 *  event has come through the room's stream, with the same key: the two are never both there. */
export type OutboxEntry<K extends RoomKind = RoomKind> = {
  [T in OutboxType<K>]: {
    /** The idempotency key, which the event will carry. */
    readonly key: string;
    readonly type: T;
    readonly data: EventInput<K, T>;
    /** The position of the event that it answers. */
    readonly replyTo?: string;
    readonly state: EntryState;
    /** With `rejected` and `expired`: why. With `queued`: why the last attempt failed. */
    readonly error?: RoomError;
    /** With `acked`. */
    readonly ack?: Ack;
    /** When it was published, on this machine's clock. */
    readonly at: Date;
  };
}[OutboxType<K>];

/** What is on its way into one room: a store. */
export interface RoomOutbox<K extends RoomKind = RoomKind> {
  /** The entries in the order of sending. The same array until one changes. */
  getSnapshot(): readonly OutboxEntry<K>[];
  /** Calls `listener` at every change. Returns the undo. */
  subscribe(listener: () => void): () => void;
  /** Sends a `rejected` or `expired` entry again, as the newest; it gets a new key where the old one
   *  could not be trusted. @throws RoomError */
  retry(key: string): Promise<Ack>;
  /** Forgets an entry that has its answer, and takes back one that was never sent, whose publish then ends with
   *  EVENT_REMOVED. True: it is gone, and nothing is sent of it any more. False, where it is too late: it is under way, was
   *  sent before the connection broke, or is stored. */
  discard(key: string): boolean;
}

/** The outbox as the handle of one room sees it. */
export function roomOutbox<K extends RoomKind>(
  outbox: Outbox,
  kind: string,
  room: string,
): RoomOutbox<K> {
  const name = roomKey(kind, room);
  let shownOf: Line | undefined;
  let shown: readonly OutboxEntry<K>[] = [];

  const getSnapshot = () => {
    const line = outbox.line(name);
    // One array per line: a store's snapshot must not differ when nothing has changed.
    if (line !== shownOf) shown = shownOfKind<K>(line);
    shownOf = line;
    return shown;
  };
  return {
    getSnapshot,
    subscribe: (listener) => {
      let last = getSnapshot();
      return outbox.subscribe(() => {
        if (last === getSnapshot()) return;
        last = getSnapshot();
        listener();
      });
    },
    retry: (key) => unheeded(outbox.retry(key)),
    discard: (key) => outbox.discard(key),
  };
}

function shownOfKind<K extends RoomKind>(line: Line): readonly OutboxEntry<K>[] {
  // `type` and `data` are of one event of the kind: they were published through it.
  return line.filter(isShown).map(shownEntry) as unknown as readonly OutboxEntry<K>[];
}
