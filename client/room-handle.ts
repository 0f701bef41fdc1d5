import type { Ack, ActivityType, ClientEventType, EventInput, RoomKind } from '../shared/index.ts';
import { JoinedRoom } from './joined-room.ts';
import { roomLife, type RoomLife } from './life/room-life.ts';
import type { RoomCalls } from './room-calls.ts';
import type { HandleOptions, JoinOptions, PublishOptions, Room } from './room.ts';
import { whispering, type RoomWhispers } from './whispering.ts';

/** The shorthands of a kind: `send`, `typing`, whatever its contract names. That of an activity may be called
 *  at every key, as `say`: `typing()`, `typing({ typing: false })`. */
export type RoomShorthands<K extends RoomKind> = {
  readonly [S in keyof K['shorthands']]: K['shorthands'][S] extends ActivityType<K>
    ? (data?: EventInput<K, K['shorthands'][S] & ClientEventType<K>>) => Promise<void>
    : (
        data: EventInput<K, K['shorthands'][S] & ClientEventType<K>>,
        options?: PublishOptions,
      ) => Promise<Ack>;
};

/** A joined room with its kind's shorthands, and what its events' lives give. */
export type RoomHandle<K extends RoomKind> = Room<K> &
  RoomShorthands<K> &
  RoomLife<K> &
  (K['whispers'] extends true ? RoomWhispers : unknown);

/** Joins a room over one branch of a tRPC client: ours, or a stock `client.chat`. */
export function joinRoom<K extends RoomKind>(
  kind: K,
  calls: RoomCalls<K>,
  id: string,
  options: JoinOptions & HandleOptions,
): RoomHandle<K> {
  const room = new JoinedRoom(kind, calls, id, options);
  const shorthands = Object.entries(kind.shorthands).map(([name, type]) => {
    const spec = kind.events[type];
    const field = spec?.delivery === 'latest' ? spec.activity : undefined;
    const call =
      field === undefined
        ? (data: never, how?: PublishOptions) => room.publish(type as ClientEventType<K>, data, how)
        : (said?: Readonly<Record<string, boolean>>) =>
            room.say(type as ActivityType<K>, said?.[field] ?? true);
    return [name, call];
  });
  // The shorthands are the contract's, name by name.
  const named: unknown = Object.fromEntries(shorthands);
  const whispers = kind.whispers ? whispering(calls, id, options) : {};
  const life = roomLife(kind, calls, room, options);
  const handle: unknown = Object.assign(room, life, named, whispers);
  return handle as RoomHandle<K>;
}
