import type { DurableEventOf, HistoryInput, HistoryPage, RoomKind } from '../../shared/index.ts';
import type { JoinOptions, Room } from '../room.ts';
import type { Notifications } from './notifications.ts';

/** One's own stream, followed: as a room, without what one does in rooms. */
export type MyHandle<K extends RoomKind> = Pick<
  Room<K>,
  'current' | 'ready' | 'on' | 'onFrame' | 'subscribe' | 'latest' | 'history' | 'leave'
>;

/** One's own stream: what is meant for this user alone, on all his devices. */
export interface MyStream<K extends RoomKind> {
  /** Follows it. Each call is a stream of its own. */
  join(options: JoinOptions): MyHandle<K>;
  /** Reads what was stored, oldest first. @throws RoomError */
  history(input?: Omit<HistoryInput, 'room'>): Promise<HistoryPage<DurableEventOf<K>>>;
  /** The newest of it and how many are unread: a store, which follows while somebody listens. */
  readonly notifications: Notifications<K>;
}
