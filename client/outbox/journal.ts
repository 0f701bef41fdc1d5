import { harmless } from '../listeners.ts';
import { partsOfName, storageName, type ClientStorage } from '../storage/client-storage.ts';
import type { Locks } from '../storage/locks.ts';
import { byPlace, type Entry } from './entry.ts';
import { formatEntry, parseEntry } from './stored-entry.ts';
import { createWrites } from './writes.ts';

/** What an outbox keeps over a reload. */
export interface Journal {
  /** Keeps an entry as it stands. One of nobody is not kept: whoever has this browser next is nobody as well. */
  save(entry: Entry): void;
  forget(key: string): void;
  /** For an entry that is saved as sent, and about to be: resolves when what is kept says no more that it never was.
   *  Undefined: it has not said so. */
  marked(key: string): Promise<void> | undefined;
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
  const rows = new Map<string, Row>();
  // One by one: a later state of an entry is never overtaken by an earlier one.
  const writes = createWrites(onError);

  const put = async (row: Row) => {
    const { newest, name } = row;
    // Of what was saved twice in a turn the second alone is written.
    if (rows.get(newest.key) !== row || newest === row.written) return;
    const isUnsent = newest.sentAt === undefined;
    row.isUnsent ||= isUnsent;
    await storage.put(name, formatEntry(newest));
    row.written = newest;
    row.isUnsent = isUnsent;
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
    const texts = await storage.list(prefix);
    const entries = texts.flatMap(([name, text]) => {
      const stored = parseEntry(text);
      if (!stored) return [];
      // Without locks another may be sending it just now.
      const entry = locks ? stored : { ...stored, sentAt: stored.sentAt ?? stored.at };
      const row = rows.get(entry.key);
      if (!row) {
        const isUnsent = entry.sentAt === undefined;
        rows.set(entry.key, { ...newRow(name, entry), written: entry, isUnsent });
      }
      if (!row || row.name === name) return entry;
      // Published again before this was read, or by another tab: that stands for it.
      writes.last(() => storage.remove(name));
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
      const name = storageName('outbox', user, owner, key);
      const row = rows.get(key) ?? newRow(name, entry);
      row.newest = entry;
      rows.set(key, row);
      const marks = row.isUnsent && entry.sentAt !== undefined;
      // One that waits to be sent waits for no other.
      if (marks) row.marking = writes.first(() => put(row));
      else writes.last(() => put(row));
    },
    forget: (key) => {
      const row = rows.get(key);
      rows.delete(key);
      if (row) writes.last(() => storage.remove(row.name));
    },
    marked: (key) => rows.get(key)?.marking,
    restore: async (user, adopt) => {
      const texts = await storage.list(storageName('outbox', user));
      const owners = new Set(texts.map(([name]) => partsOfName(name)[2] ?? ''));
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
      // Whoever takes over reads once: not before all of it is there.
      writes.last(async () => {
        for (const release of releases) release();
      });
    },
  };
}

/** What is kept of one entry. */
interface Row {
  readonly name: string;
  /** As it is to be kept, and as it is. */
  newest: Entry;
  written: Entry | undefined;
  /** Does it, or may it, say that the entry was never sent? */
  isUnsent: boolean;
  /** Resolves when it says so no more, or storage has failed. */
  marking: Promise<void> | undefined;
}

function newRow(name: string, newest: Entry): Row {
  return { name, newest, written: undefined, isUnsent: false, marking: undefined };
}
