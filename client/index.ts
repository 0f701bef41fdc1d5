export { toRoomError } from './call-error.ts';
export { type Connection, type ConnectionOptions, type ConnectionState } from './connection.ts';
export {
  createRooms,
  type RoomsClient,
  type RoomsClientOptions,
  type RoomsOfKind,
} from './create-rooms.ts';
export type { RoomCalls } from './room-calls.ts';
export {
  joinRoom,
  type EventNamed,
  type JoinOptions,
  type PublishOptions,
  type Room,
  type RoomHandle,
  type RoomShorthands,
  type RoomState,
} from './room-handle.ts';
export type { RoomProcedures, RoomsRouter } from './rooms-router.ts';
