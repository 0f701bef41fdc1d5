import { Listeners } from './listeners.ts';

/** A value that changes, for any screen to bind to. */
export interface Store<T> {
  /** The value as it stands: the same object until it changes. */
  getSnapshot(): T;
  /** Calls `listener` at every change. Returns the undo. */
  subscribe(listener: () => void): () => void;
}

/** A store and the one way to change it. */
export interface OwnStore<T> {
  readonly store: Store<T>;
  set(value: T): void;
}

/** Makes a store. */
export function createStore<T>(initial: T): OwnStore<T> {
  const listeners = new Listeners<void>();
  let value = initial;
  return {
    store: {
      getSnapshot: () => value,
      subscribe: (listener) => listeners.add(listener),
    },
    set: (next) => {
      if (next === value) return;
      value = next;
      listeners.tell();
    },
  };
}
