import { harmless } from '../listeners.ts';
import { partsOfName, storageName, type ClientStorage } from '../storage/client-storage.ts';
import type { Locks } from '../storage/locks.ts';
import { byPlace, type Entry } from './entry.ts';
import { formatEntry, parseEntry } from './stored-entry.ts';

/** What an outbox keeps over a reload. */
export interface Journal {
  /** Keeps an entry as it stands. One of nobody is not kept: whoever has this browser next is nobody as well. */
  save(entry: Entry): void;
  forget(key: string): void;
  /** Hands over what other lives of the app left behind, by place: once before it resolves, and
   *  again whenever a tab ends with something unsent. */
  restore(user: string, adopt: (entries: readonly Entry[]) => void): Promise<void>;
  /** Leaves what is kept to the next one. */
  close(): void;
}

/** Makes the journal of one tab. Each writes under a name of its own and holds a lock of that name, so
 *  nobody touches the entries of a tab that lives; a tab that starts takes over those of tabs that
 *  have ended. Without locks it takes over all of them: two that send the same entry do so with the
 *  same key, in the same order, each after the ack before, and the server stores it once (SND1). */
export function createJournal(options: {
  readonly storage: ClientStorage;
  readonly locks: Locks | undefined;
  /** Names this tab: different at every start. */
  readonly owner: string;
  readonly onError: (error: unknown) => void;
}): Journal {
  const { storage, locks, owner } = options;
  const onError = harmless(options.onError);
  const over = new AbortController();
  const releases: (() => void)[] = [];
  const names = new Map<string, string>();
  let writing = Promise.resolve();

  const write = (work: () => Promise<void>) => {
    // One by one: a later state of an entry is never overtaken by an earlier one.
    writing = writing.then(work).catch(onError);
  };
  const hold = (release: (() => void) | undefined): boolean => {
    if (!release) return false;
    if (over.signal.aborted) release();
    else releases.push(release);
    return !over.signal.aborted;
  };
  const take = async (of: string, patience?: AbortSignal): Promise<boolean> => {
    if (!locks) return true;
    return hold(await locks.take(`trpc-rooms/outbox/${of}`, patience));
  };
  const read = async (prefix: string): Promise<Entry[]> => {
    const rows = await storage.list(prefix);
    const entries = rows.flatMap(([name, text]) => {
      const entry = parseEntry(text);
      if (!entry) return [];
      const own = names.get(entry.key);
      if (own === undefined || own === name) {
        names.set(entry.key, name);
        return entry;
      }
      // Published again before this was read, or by another tab: that stands for it.
      write(() => storage.remove(name));
      return [];
    });
    // A storage lists in any order.
    return entries.toSorted(byPlace);
  };
  const nothing = (error: unknown): Entry[] => {
    onError(error);
    return [];
  };
  const ignoreEnd = (error: unknown) => {
    if (!over.signal.aborted) onError(error);
  };
  take(owner, over.signal).catch(ignoreEnd);

  return {
    save: (entry) => {
      const { key, user } = entry;
      if (!user) return;
      const name = names.get(key) ?? storageName('outbox', user, owner, key);
      names.set(key, name);
      write(() => storage.put(name, formatEntry(entry)));
    },
    forget: (key) => {
      const name = names.get(key);
      names.delete(key);
      if (name !== undefined) write(() => storage.remove(name));
    },
    restore: async (user, adopt) => {
      const rows = await storage.list(storageName('outbox', user));
      const owners = new Set(rows.map(([name]) => partsOfName(name)[2] ?? ''));
      owners.delete(owner);
      const found: Entry[] = [];
      for (const other of owners) {
        const prefix = storageName('outbox', user, other);
        // What cannot be read of one keeps nothing back of the others.
        if (await take(other)) found.push(...(await read(prefix).catch(nothing)));
        else {
          // That tab lives. What it leaves behind when it ends is taken over then.
          take(other, over.signal)
            .then(async (isMine) => isMine && adopt(await read(prefix)))
            .catch(ignoreEnd);
        }
      }
      adopt(found.toSorted(byPlace));
    },
    close: () => {
      over.abort();
      for (const release of releases) release();
    },
  };
}
