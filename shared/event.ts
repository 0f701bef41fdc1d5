import type { DurableType, EventData, EventType, LatestType, RoomKind } from './room-kind.ts';

/** A person or program, as others see them. `id` is a user id, or `@server` for events that the
 *  server's own code publishes. */
export interface By {
  readonly id: string;
  readonly name: string;
}

/** Who publishes when no user does. `@` is in no user id, so nobody can pose as it. */
export const SERVER: By = { id: '@server', name: 'server' };

/** What a room carries. */
export interface RoomEvent<Type extends string = string, Data = unknown> {
  /** Names the event within its room. Durable: its position. Otherwise: `position/n`. */
  readonly id: string;
  readonly type: Type;
  readonly data: Data;
  /** Who published it, from the token, never from the body. */
  readonly by: By;
  /** When the server took it. */
  readonly at: Date;
  /** `epoch:offset`. For a latest or ephemeral event: the durable event that it came after. */
  readonly position: string;
  /** The publisher's key, so that his optimistic entry and this echo become one (SND3). */
  readonly idempotencyKey?: string;
  /** The position of the event that it answers. */
  readonly replyTo?: string;
  /** Of a latest value that is keyed by member: which member, as `cleared` names him. */
  readonly key?: string;
}

/** The union of a kind's events, discriminated by `type`. */
export type EventOf<K extends RoomKind> = {
  [T in EventType<K>]: RoomEvent<T, EventData<K, T>>;
}[EventType<K>];

/** The union of a kind's durable events: what its history holds. */
export type DurableEventOf<K extends RoomKind> = {
  [T in DurableType<K>]: RoomEvent<T, EventData<K, T>>;
}[DurableType<K>];

/** The union of a kind's latest-value events. */
export type LatestEventOf<K extends RoomKind> = {
  [T in LatestType<K>]: RoomEvent<T, EventData<K, T>>;
}[LatestType<K>];
