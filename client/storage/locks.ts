/** Locks that all tabs of one origin share, and that end with the tab that holds them. */
export interface Locks {
  /** Takes a lock and resolves to its release. Where another holds it: with a signal it waits, until
   *  that aborts; without, it resolves to undefined. */
  take(name: string, patience?: AbortSignal): Promise<(() => void) | undefined>;
}

/** The browser's locks, where there are any. */
export function webLocks(
  manager: LockManager | undefined = globalThis.navigator?.locks,
): Locks | undefined {
  if (!manager) return undefined;
  return {
    take: (name, patience) =>
      new Promise((resolve, reject) => {
        const options = patience ? { signal: patience } : { ifAvailable: true };
        const held = (lock: Lock | null) => {
          if (!lock) return resolve(undefined);
          // It is held as long as this is not settled.
          return new Promise<void>((release) => resolve(release));
        };
        manager.request(name, options, held).catch(reject);
      }),
  };
}
