import type { Clock } from '../clock.ts';
import { userPartition, type Records, type StoredRecord } from '../records/records.ts';
import { encode } from './facts.ts';
import type { ListState } from './places.ts';

/** An entry of a user's index. */
export interface IndexEntry {
  readonly userId: string;
  readonly key: string;
  /** Of an invitation: whose it is. */
  readonly by?: string;
  /** It is made only while its list is as it was then. */
  readonly whileAt?: ListState;
}

/** One that is there, as it was seen. */
export interface SeenEntry extends IndexEntry {
  readonly version: number;
}

/** What users have as lists: their rooms and invitations. The rooms have the truth. */
export interface UserIndex {
  /** Makes entries, or makes them anew. False: the list of one has changed, and it was not made. */
  add(entries: readonly IndexEntry[]): Promise<boolean>;
  /** Makes those that are missing. */
  complete(entries: readonly IndexEntry[]): Promise<void>;
  /** Finds those that are there. */
  see(entries: readonly IndexEntry[]): Promise<readonly SeenEntry[]>;
  /** Takes one away, unless it was made anew since it was seen. */
  remove(entry: SeenEntry): Promise<void>;
}

/** Who made an entry. Undefined of those that are nobody's, and of those of earlier versions. */
export function madeBy({ value }: StoredRecord): string | undefined {
  return (JSON.parse(value) as { readonly by?: string }).by;
}

/** When an entry was made, in milliseconds since 1970. */
export function listedAt({ value }: StoredRecord): number {
  return (JSON.parse(value) as { readonly at: number }).at;
}

// An entry is made before what it stands for: one that stands for nothing may be about to.
const SETTLED_MS = 60_000;

/** Does an entry that stands for nothing stand for nothing for good? */
export function isSettled(entry: StoredRecord, now: number): boolean {
  return now - listedAt(entry) >= SETTLED_MS;
}

/** Makes it. */
export function createUserIndex({
  records,
  clock,
}: {
  readonly records: Records;
  readonly clock: Clock;
}): UserIndex {
  const put = (entries: readonly IndexEntry[], expected?: number) => {
    const at = clock.now();
    return Promise.all(
      entries.map(({ userId, key, by, whileAt }) => {
        const entry = { key, value: encode({ at, by }), expected };
        const change = whileAt && { key: whileAt.key, value: '1', expected: whileAt.version };
        return records.write(userPartition(userId), change ? [change, entry] : [entry]);
      }),
    );
  };
  return {
    add: async (entries) => (await put(entries)).every((isMade) => isMade),
    complete: async (entries) => {
      const found = await Promise.all(
        entries.map(({ userId, key }) => records.read(userPartition(userId), key)),
      );
      await put(
        entries.filter((_, index) => !found[index]),
        0,
      );
    },
    see: async (entries) => {
      const found = await Promise.all(
        entries.map(async (entry) => {
          const record = await records.read(userPartition(entry.userId), entry.key);
          return record ? [{ ...entry, version: record.version }] : [];
        }),
      );
      return found.flat();
    },
    remove: async ({ userId, key, version }) => {
      await records.write(userPartition(userId), [{ key, value: null, expected: version }]);
    },
  };
}
