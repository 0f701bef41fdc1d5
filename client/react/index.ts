export type { RoomSnapshot } from './room-store.ts';
export { useRoom } from './use-room.ts';
