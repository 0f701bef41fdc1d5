import type {
  EventData,
  EventInput,
  Message,
  MessageType,
  RoomError,
  RoomKind,
} from '../../shared/index.ts';
import type { Store } from '../store.ts';
import { MessageStore, type MessagesParts } from './message-store.ts';

/** A message that the room has, as it is now. Of a removed one `data` is undefined. */
export type MessageOf<K extends RoomKind> = {
  [T in MessageType<K>]: Message<T, EventData<K, T>>;
}[MessageType<K>];

/** A message of one's own that the room does not have yet, or has refused. */
export type PendingMessage<K extends RoomKind> = {
  [T in MessageType<K>]: {
    /** Its key: for `retry` and `discard` of the outbox. */
    readonly key: string;
    readonly type: T;
    readonly data: EventInput<K, T>;
    readonly at: Date;
    readonly replyTo?: string;
    readonly state: 'queued' | 'sending' | 'failed';
    /** With `failed`: why. */
    readonly error?: RoomError;
  };
}[MessageType<K>];

/** One line of a screen. */
export type MessageItem<K extends RoomKind> =
  | (MessageOf<K> & { readonly state: 'stored' })
  | PendingMessage<K>;

/** The newest messages of a room. */
export interface MessagesSnapshot<K extends RoomKind> {
  /** Oldest first; those that are not stored yet come last. A message that nothing happened to stays the same
   *  object. */
  readonly items: readonly MessageItem<K>[];
  /** Are there older ones that `loadOlder` would bring? */
  readonly hasOlder: boolean;
  /** Also before the newest are asked for: nothing is known yet. */
  readonly isLoading: boolean;
  /** Why they cannot be loaded. */
  readonly error?: RoomError;
}

/** The messages of a room, folded to date: a store. It loads the newest page when it is first listened to,
 *  and anew after a gap. */
export interface RoomMessages<K extends RoomKind> extends Store<MessagesSnapshot<K>> {
  /** Loads the page before the oldest message. Nothing happens while one is loaded, where there is none, and
   *  with 10,000 messages here. @throws RoomError */
  loadOlder(): Promise<void>;
}

/** Makes the store of one room's messages. */
export function roomMessages<K extends RoomKind>(parts: MessagesParts): RoomMessages<K> {
  // The fold and the outbox hold messages of the kind that they are of, and no others.
  return new MessageStore(parts) as unknown as RoomMessages<K>;
}
