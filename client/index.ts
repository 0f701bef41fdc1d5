export { RoomError, type ErrorCode } from '../shared/index.ts';
export { toRoomError } from './call-error.ts';
export type { Connection, ConnectionState } from './connection/connection-state.ts';
export type { ConnectionOptions } from './connection/connection.ts';
export type { TokenOption } from './connection/token-source.ts';
export type { WakeSource } from './connection/wake.ts';
export {
  createRooms,
  type KindOfRooms,
  type RoomsClient,
  type RoomsClientOptions,
  type RoomsOfKind,
} from './create-rooms.ts';
export { httpFallback, type HttpFallbackOptions, type Way } from './http/http-fallback.ts';
export type { Encoder } from './link/encoder.ts';
export type { WebSocketClass, WebSocketLike } from './link/web-socket.ts';
export type { EditOptions, RoomLife } from './life/room-life.ts';
export type {
  MessageItem,
  MessageOf,
  MessagesSnapshot,
  PendingMessage,
  RoomMessages,
} from './life/room-messages.ts';
export type { Reader, ReceiptsSnapshot, RoomReceipts } from './life/room-receipts.ts';
export type { RoomUnread, UnreadSnapshot } from './life/room-unread.ts';
export type { ClientOutbox, ClientOutboxEntry } from './outbox/client-outbox.ts';
export type { EntryState } from './outbox/entry.ts';
export type { Notices } from './me/fold-notices.ts';
export type { MyHandle, MyStream } from './me/my-stream.ts';
export type { Notifications } from './me/notifications.ts';
export type { MembershipCalls } from './membership-calls.ts';
export type { OutboxOptions } from './outbox/outbox-options.ts';
export type { OutboxEntry, OutboxType, RoomOutbox } from './outbox/room-outbox.ts';
export type { People, RoomPeople } from './people/room-people.ts';
export type { Active } from './people/room-values.ts';
export type { RoomCalls } from './room-calls.ts';
export { joinRoom, type RoomHandle, type RoomShorthands } from './room-handle.ts';
export type { EventNamed, JoinOptions, PublishOptions, Room, RoomState } from './room.ts';
export type {
  MyProcedures,
  NoProcedures,
  OwnProcedures,
  RoomProcedures,
  RoomsRouter,
} from './rooms-router.ts';
export type { ClientStorage } from './storage/client-storage.ts';
export { indexedDbStorage } from './storage/indexed-db-storage.ts';
export type { Locks } from './storage/locks.ts';
export { memoryStorage } from './storage/memory-storage.ts';
export type { Store } from './store.ts';
export type { RoomWhispers } from './whispering.ts';
