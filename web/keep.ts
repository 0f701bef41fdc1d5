/** A few small texts that this browser keeps, where it lets us. */
export interface Keep {
  get(name: string): string | undefined;
  /** `undefined` forgets. */
  set(name: string, text: string | undefined): void;
}

/** Keeps them in a storage of the browser's, and in memory where that is full or forbidden. */
export function createKeep(storage: () => Storage): Keep {
  const memory = new Map<string, string>();
  const attempt = <T>(use: (storage: Storage) => T): T | undefined => {
    try {
      return use(storage());
    } catch {
      return undefined;
    }
  };
  return {
    get: (name) => memory.get(name) ?? attempt((kept) => kept.getItem(name)) ?? undefined,
    set: (name, text) => {
      if (text === undefined) {
        memory.delete(name);
        attempt((kept) => kept.removeItem(name));
        return;
      }
      memory.set(name, text);
      attempt((kept) => kept.setItem(name, text));
    },
  };
}

/** What stays in this browser. */
export const kept: Keep = createKeep(() => localStorage);
