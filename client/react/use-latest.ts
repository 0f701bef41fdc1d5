import type { LatestType, RoomKind } from '../../shared/index.ts';
import type { EventNamed, Room } from '../room.ts';
import type { Store } from '../store.ts';
import { useStore } from './use-store.ts';

const NONE: ReadonlyMap<string, never> = new Map<string, never>();

/** The newest values of a `latest` event by key: by user, as a rule. `room`: from `useRoom`. */
export function useLatest<K extends RoomKind, T extends LatestType<K>>(
  room: Pick<Room<K>, 'latest' | 'outbox'> | undefined,
  type: T,
): ReadonlyMap<string, EventNamed<K, T>> {
  const store: Store<ReadonlyMap<string, EventNamed<K, T>>> | undefined = room?.latest(type);
  return useStore<ReadonlyMap<string, EventNamed<K, T>>>(store, NONE);
}
