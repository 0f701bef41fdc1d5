import type {
  Ack,
  ClientEventType,
  CountableType,
  EditableType,
  EventInput,
  MessageType,
  ReactableType,
  Reactors,
  RemovableType,
  ReplyType,
  RoomKind,
} from '../../shared/index.ts';
import { clockOf } from '../clock.ts';
import type { RoomCalls } from '../room-calls.ts';
import type { HandleOptions, PublishOptions, Room } from '../room.ts';
import { lifeCalls } from './life-calls.ts';
import { roomMessages, type RoomMessages } from './room-messages.ts';
import { roomReceipts, type RoomReceipts } from './room-receipts.ts';
import { roomUnread, type RoomUnread } from './room-unread.ts';

/** How to edit a message. */
export interface EditOptions {
  /** The version that it must have, as the message says it: otherwise STALE_VERSION. */
  readonly ifVersion?: string;
  /** A repeat with the same key is not done again. */
  readonly idempotencyKey?: string;
}

interface Table<K extends RoomKind> {
  /** The messages of the room, folded to date. */
  readonly messages: RoomMessages<K>;
  /** Gives one's own message other data. @throws RoomError */
  edit(target: string, data: EventInput<K, EditableType<K>>, options?: EditOptions): Promise<Ack>;
  /** Takes one's own message back: its content is gone for everybody. @throws RoomError */
  remove(target: string, options?: Pick<EditOptions, 'idempotencyKey'>): Promise<Ack>;
  /** Reacts to a message, or takes that back (`on: false`). Resolves when everybody is told.
   *  @throws RoomError */
  react(target: string, name: string, on?: boolean): Promise<Ack>;
  /** Who has reacted to a message, by user id, and with what oneself has: a summary names the first five.
   *  `after`: the `next` of the last answer. @throws RoomError */
  reactors(target: string, after?: string): Promise<Reactors>;
  /** Publishes the answer to a message, through the outbox. @throws RoomError */
  reply<T extends ReplyType<K> & ClientEventType<K>>(
    target: string,
    type: T,
    data: EventInput<K, T>,
    options?: Omit<PublishOptions, 'replyTo'>,
  ): Promise<Ack>;
  /** What is unread in the room. */
  readonly unread: RoomUnread;
  /** Who has read how far. */
  readonly receipts: RoomReceipts;
}

interface Needs<K extends RoomKind> {
  readonly messages: MessageType<K>;
  readonly edit: EditableType<K>;
  readonly remove: RemovableType<K>;
  readonly react: ReactableType<K>;
  readonly reactors: ReactableType<K>;
  readonly reply: ReplyType<K> & ClientEventType<K>;
  readonly unread: CountableType<K>;
  readonly receipts: CountableType<K>;
}

/** What a joined room has because events of its kind live. */
export type RoomLife<K extends RoomKind> = {
  readonly [P in keyof Table<K> as [Needs<K>[P]] extends [never] ? never : P]: Table<K>[P];
};

/** Makes it. Nothing is asked for before somebody listens. */
export function roomLife<K extends RoomKind>(
  kind: K,
  branch: RoomCalls<K>,
  joined: Room<K>,
  options: HandleOptions,
): RoomLife<K> {
  const calls = lifeCalls(branch as unknown as RoomCalls<never>, joined.id, options);
  const room = joined as unknown as Room<RoomKind>;
  const clock = clockOf(options);
  const { random = Math.random, messagesPage: pageSize = 50 } = options;
  const userId = () => options.userId?.();
  const parts = { kind, room, calls, clock, random, pageSize, userId };
  const life: Table<RoomKind> = {
    messages: roomMessages(parts),
    edit: (target, data, how = {}) => calls.edit({ target, data, ...how }),
    remove: (target, { idempotencyKey } = {}) => calls.remove(target, idempotencyKey),
    react: (target, name, on = true) => calls.react(target, name, on),
    reactors: (target, after) => calls.reactors(target, after),
    reply: (replyTo, type, data, how) => room.publish(type, data, { ...how, replyTo }),
    unread: roomUnread(parts),
    receipts: roomReceipts(parts),
  };
  // What the contract gives no occasion for is not in the type.
  return life as unknown as RoomLife<K>;
}
