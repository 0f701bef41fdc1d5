import type { Ack, ClientEventType, EventInput, RoomKind } from '../shared/index.ts';
import { JoinedRoom } from './joined-room.ts';
import { roomLife, type RoomLife } from './life/room-life.ts';
import type { RoomCalls } from './room-calls.ts';
import type { HandleOptions, JoinOptions, PublishOptions, Room } from './room.ts';

/** The shorthands of a kind: `send`, `typing`, whatever its contract names. */
export type RoomShorthands<K extends RoomKind> = {
  readonly [S in keyof K['shorthands']]: (
    data: EventInput<K, K['shorthands'][S] & ClientEventType<K>>,
    options?: PublishOptions,
  ) => Promise<Ack>;
};

/** A joined room with its kind's shorthands, and what its events' lives give. */
export type RoomHandle<K extends RoomKind> = Room<K> & RoomShorthands<K> & RoomLife<K>;

/** Joins a room over one branch of a tRPC client: ours, or a stock `client.chat`. */
export function joinRoom<K extends RoomKind>(
  kind: K,
  calls: RoomCalls<K>,
  id: string,
  options: JoinOptions & HandleOptions,
): RoomHandle<K> {
  const room = new JoinedRoom(kind, calls, id, options);
  const shorthands = Object.entries(kind.shorthands).map(([name, type]) => [
    name,
    (data: never, how?: PublishOptions) => room.publish(type as ClientEventType<K>, data, how),
  ]);
  // The shorthands are the contract's, name by name.
  const named = Object.fromEntries(shorthands) as RoomShorthands<K>;
  return Object.assign(room, roomLife(kind, calls, room, options), named);
}
