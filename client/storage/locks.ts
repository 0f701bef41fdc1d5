/** Locks that all tabs of one origin share, and that end with the tab that holds them. */
export interface Locks {
  /** Takes a lock and resolves to its release. Where another holds it: with a signal it waits, until
   *  that aborts; without, it resolves to undefined. */
  take(name: string, patience?: AbortSignal): Promise<(() => void) | undefined>;
}

/** What of the browser's LockManager is used: a program without the DOM's types has no name for that. */
interface Manager {
  request(
    name: string,
    options: { readonly signal: AbortSignal } | { readonly ifAvailable: boolean },
    held: (lock: object | null) => unknown,
  ): Promise<unknown>;
}

/** The browser's locks, where there are any. */
export function webLocks(
  manager: Manager | undefined = globalThis.navigator?.locks,
): Locks | undefined {
  if (!manager) return undefined;
  return {
    take: (name, patience) =>
      new Promise((resolve, reject) => {
        const options = patience ? { signal: patience } : { ifAvailable: true };
        const held = (lock: object | null) => {
          if (!lock) return resolve(undefined);
          // It is held as long as this is not settled.
          return new Promise<void>((release) => resolve(release));
        };
        manager.request(name, options, held).catch(reject);
      }),
  };
}
