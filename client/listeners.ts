/** Is told of each value. */
export type Listener<Value> = (value: Value) => void;

/** Calls every listener, whatever the others do; an error surfaces as an uncaught one. */
export function callEach<Value>(listeners: Iterable<Listener<Value>>, value: Value): void {
  for (const listener of listeners) {
    try {
      listener(value);
    } catch (error) {
      surface(error);
    }
  }
}

/** Calls what belongs to the app: whatever it throws, the client goes on. */
export function callGuarded(call: () => void): void {
  callEach([call], undefined);
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
