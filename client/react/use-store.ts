import { useCallback, useSyncExternalStore } from 'react';
import type { Store } from '../store.ts';

const nothing = () => () => {};

/** The value of a store that may not be there yet: `empty` until it is, and on a server. */
export function useStore<T>(store: Store<T> | undefined, empty: T): T {
  const subscribe = useCallback(
    (listener: () => void) => (store ? store.subscribe(listener) : nothing()),
    [store],
  );
  return useSyncExternalStore(
    subscribe,
    () => (store ? store.getSnapshot() : empty),
    () => empty,
  );
}
