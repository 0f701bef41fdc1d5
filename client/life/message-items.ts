import type { Message, RoomError } from '../../shared/index.ts';
import type { OutboxEntry } from '../outbox/room-outbox.ts';

/** A message that the room has, as it is shown. */
export type StoredItem = Message & { readonly state: 'stored' };

/** A message that is on its way, or was refused, as it is shown. */
export interface PendingItem {
  readonly key: string;
  readonly type: string;
  readonly data: unknown;
  readonly at: Date;
  readonly replyTo?: string;
  readonly state: 'queued' | 'sending' | 'failed';
  readonly error?: RoomError;
}

/** What of the outbox stands at the end of a room's messages: those of its types whose events are not there
 *  yet. An item that is as it was is the same object. */
export function pendingItems(
  entries: readonly OutboxEntry[],
  shown: {
    readonly types: ReadonlySet<string>;
    readonly messages: readonly Message[];
    readonly before: readonly (StoredItem | PendingItem)[];
    /** Who one is, as far as it is known. */
    readonly userId: string | undefined;
  },
): readonly PendingItem[] {
  if (entries.length === 0) return [];
  const { messages, userId } = shown;
  // A key is its user's alone (SND3); who is nobody cannot tell his own.
  const own = userId ? messages.filter(({ by }) => by.id === userId) : messages;
  const stored = new Set(own.map(({ idempotencyKey }) => idempotencyKey));
  const known = new Map(
    shown.before.flatMap((item) => ('key' in item ? [[item.key, item] as const] : [])),
  );
  return (
    entries
      .filter(({ type }) => shown.types.has(type))
      .map(pendingOf)
      // The key of one in conflict is that of another message, which is shown as well.
      .filter(({ key, error }) => error?.code === 'CONFLICT' || !stored.has(key))
      .map((item) => {
        const before = known.get(item.key);
        return before && isSame(before, item) ? before : item;
      })
  );
}

function isSame(a: PendingItem, b: PendingItem): boolean {
  const isSameEvent = a.type === b.type && a.data === b.data && a.replyTo === b.replyTo;
  return isSameEvent && a.state === b.state && a.error === b.error && +a.at === +b.at;
}

function pendingOf({ key, type, data, at, replyTo, state, error }: OutboxEntry): PendingItem {
  const isOver = state === 'rejected' || state === 'expired';
  const unsent = state === 'queued' ? 'queued' : 'sending';
  return {
    key,
    type,
    data,
    at,
    ...(replyTo === undefined ? {} : { replyTo }),
    state: isOver ? 'failed' : unsent,
    ...(isOver && error ? { error } : {}),
  };
}
