import type { Clock } from './clock.ts';
import { harmless } from './listeners.ts';
import { storageName, type ClientStorage } from './storage/client-storage.ts';
import { within } from './within.ts';

/** How far one room was shown, kept over a reload. */
export interface RoomPosition {
  /** Where to go on. Undefined: nothing is known, or the storage fails. */
  load(): Promise<string | undefined>;
  /** Everything up to here was shown. Written after at most a second. */
  saw(position: string): void;
  /** Writes what is not written yet. */
  flush(): void;
}

const WRITE_MS = 1_000;
// A storage that hangs keeps nobody out of a room.
const LOADING = { ms: 5_000, late: 'the storage did not answer' } as const;

/** Makes the keeper of one room's position. `user`: whose it is, once that is known. */
export function roomPosition(options: {
  readonly storage: ClientStorage;
  readonly user: Promise<string>;
  readonly kind: string;
  readonly room: string;
  readonly clock: Clock;
  readonly onError: (error: unknown) => void;
}): RoomPosition {
  const { storage, clock } = options;
  const onError = harmless(options.onError);
  // Nobody's is not kept: whoever has this browser next is nobody as well.
  const name = options.user.then((user) =>
    user === '' ? undefined : storageName('position', user, options.kind, options.room),
  );
  let latest: string | undefined;
  let cancel: (() => void) | undefined;
  let writing = Promise.resolve();

  const put = async (position: string) => {
    const own = await name;
    if (own !== undefined) await storage.put(own, position);
  };
  const flush = () => {
    cancel?.();
    cancel = undefined;
    const position = latest;
    latest = undefined;
    if (position === undefined) return;
    // One by one: no write overtakes a later one.
    writing = writing.then(() => put(position)).catch(onError);
  };
  return {
    load: async () => {
      const own = await name;
      if (own === undefined) return undefined;
      try {
        const kept = await within(clock, LOADING, () => storage.list(own));
        return kept.find(([found]) => found === own)?.[1];
      } catch (error) {
        onError(error);
        return undefined;
      }
    },
    saw: (position) => {
      latest = position;
      cancel ??= clock.after(WRITE_MS, flush);
    },
    flush,
  };
}
