import { unheeded } from '../listeners.ts';
import { isPending, type Entry, type EntryState } from './entry.ts';
import type { Outbox } from './outbox.ts';
import type { Ack, RoomError } from '../../shared/index.ts';

/** A publish on its way into some room: what a screen shows that is not about one room. */
export interface ClientOutboxEntry {
  readonly kind: string;
  readonly room: string;
  readonly key: string;
  readonly type: string;
  readonly data: unknown;
  /** The position of the event that it answers. */
  readonly replyTo?: string;
  readonly state: EntryState;
  readonly error?: RoomError;
  readonly ack?: Ack;
  readonly at: Date;
}

/** What is on its way into all rooms: a store. */
export interface ClientOutbox {
  /** The entries, room by room in the order of sending. The same array until one changes. */
  getSnapshot(): readonly ClientOutboxEntry[];
  /** Calls `listener` at every change. Returns the undo. */
  subscribe(listener: () => void): () => void;
  /** As `retry` of a room's outbox. @throws RoomError */
  retry(key: string): Promise<Ack>;
  /** As `discard` of a room's outbox. */
  discard(key: string): boolean;
}

/** The outbox as the client shows it. */
export function clientOutbox(outbox: Outbox): ClientOutbox {
  let shown: readonly ClientOutboxEntry[] | undefined;
  outbox.subscribe(() => (shown = undefined));
  return {
    getSnapshot: () => (shown ??= outbox.entries().filter(isShown).map(shownEntry)),
    subscribe: (listener) => outbox.subscribe(listener),
    retry: (key) => unheeded(outbox.retry(key)),
    discard: (key) => outbox.discard(key),
  };
}

/** What the stream has shown is not shown twice, even while its ack is on the way. */
export function isShown(entry: Entry): boolean {
  return !(isPending(entry) && entry.echo);
}

/** An entry without what is the outbox's own. */
export function shownEntry(entry: Entry): ClientOutboxEntry {
  const { kind, room, key, type, data, state, replyTo } = entry;
  const reply = replyTo === undefined ? {} : { replyTo };
  const error = 'error' in entry && entry.error ? { error: entry.error } : {};
  const ack = entry.state === 'acked' ? { ack: entry.ack } : {};
  return { kind, room, key, type, data, state, at: new Date(entry.at), ...reply, ...error, ...ack };
}
