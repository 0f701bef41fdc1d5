import { useMemo } from 'react';
import type { LatestType, RoomKind } from '../../shared/index.ts';
import type { EventNamed, Room } from '../room.ts';
import type { Store } from '../store.ts';
import { calmStore } from './calm-store.ts';
import { useStore } from './use-store.ts';

const NONE: ReadonlyMap<string, never> = new Map<string, never>();

/** The newest values of a `latest` event by key: by user, as a rule, and rendered 20 times a second at most. `room`:
 *  from `useRoom`. */
export function useLatest<K extends RoomKind, T extends LatestType<K>>(
  room: Pick<Room<K>, 'latest' | 'outbox'> | undefined,
  type: T,
): ReadonlyMap<string, EventNamed<K, T>> {
  const store: Store<ReadonlyMap<string, EventNamed<K, T>>> | undefined = room?.latest(type);
  const calm = useMemo(() => store && calmStore(store), [store]);
  return useStore<ReadonlyMap<string, EventNamed<K, T>>>(calm, NONE);
}
