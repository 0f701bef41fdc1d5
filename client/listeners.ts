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

// `reportError` by other means: Node has none.
function surface(error: unknown): void {
  queueMicrotask(() => {
    throw error;
  });
}
