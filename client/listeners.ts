/** Is told of each value. */
export type Listener<Value> = (value: Value) => void;

/** Those who listen to one thing: each as often as it was added, even if that is the same function. */
export class Listeners<Value> {
  readonly #entries = new Set<{ readonly listener: Listener<Value> }>();

  get size(): number {
    return this.#entries.size;
  }

  /** Returns the undo, which is true the first time. */
  add(listener: Listener<Value>): () => boolean {
    const entry = { listener };
    this.#entries.add(entry);
    return () => this.#entries.delete(entry);
  }

  /** Calls everybody, whatever the others do. One that is added meanwhile hears of the next value first: it may
   *  have been added because of this one. One that is removed meanwhile hears nothing. Nor do those who are left
   *  once `isTrue` says no: one before them has changed what there is to tell, and they were told of that. */
  tell(value: Value, isTrue = () => true): void {
    const present = [...this.#entries];
    for (const entry of present) {
      if (this.#entries.has(entry) && isTrue()) callGuarded(() => entry.listener(value));
    }
  }
}

/** Calls what belongs to the app: whatever it throws, the client goes on; an error surfaces as an uncaught one. */
export function callGuarded(call: () => void): void {
  try {
    call();
  } catch (error) {
    surface(error);
  }
}

/** The same listener, for where nothing of it may come back: a chain of promises would end there. */
export function harmless<Value>(listener: Listener<Value>): Listener<Value> {
  return (value) => callGuarded(() => listener(value));
}

// `reportError` by other means: Node has none.
function surface(error: unknown): void {
  queueMicrotask(() => {
    throw error;
  });
}

/** The same promise, whose rejection is no uncaught error where nobody waits for it: the outbox shows
 *  what became of it. */
export function unheeded<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => {});
  return promise;
}
