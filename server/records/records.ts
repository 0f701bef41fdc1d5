/** A small fact that outlives the events it came from: who belongs to a room, how far somebody has
 *  read. */
export interface StoredRecord {
  /** Its name within the partition. */
  readonly key: string;
  readonly value: string;
  /** Counts changes: greater than every version that this key ever had, also before it was removed. */
  readonly version: number;
}

/** One change of a `write`. */
export interface RecordChange {
  readonly key: string;
  /** Null removes the record; one that is not there may be removed as well. */
  readonly value: string | null;
  /** The version that must stand there now; 0: none. Unset: whatever does. */
  readonly expected?: number | undefined;
}

/** Which records of a partition: those whose keys begin with `prefix` and stand behind `after`. */
export interface RecordRange {
  readonly prefix?: string;
  readonly after?: string | undefined;
  /** Default 1,000. */
  readonly limit?: number;
}

/** Facts by partition and key. A partition is one room or one user (`roomPartition`, `userPartition`):
 *  what lies in one changes together, and no change spans two. Names are printable ASCII without
 *  spaces, and a partition's keys stand in the order of their characters. Every form obeys the same
 *  contract suite (`tests/contract`). */
export interface Records {
  /** @throws RoomError LOG_UNAVAILABLE, LOG_DAMAGED */
  read(partition: string, key: string): Promise<StoredRecord | undefined>;

  /** In the order of keys. @throws RoomError LOG_UNAVAILABLE, LOG_DAMAGED */
  list(partition: string, range?: RecordRange): Promise<readonly StoredRecord[]>;

  /** Makes all changes or none, each key at most once. Resolves when they are as safe as the log's
   *  `level` says; false, and nothing is changed, when something other than `expected` stands there.
   *  Writes are done in the order of their calls (on Redis as `ScriptRuns` says). `isUnfinished`: is something to be done yet about what the
   *  partition says now? Unset: whatever was so before. @throws RoomError LOG_UNAVAILABLE (nothing is
   *  acknowledged; the changes may or may not be there) */
  write(
    partition: string,
    changes: readonly RecordChange[],
    isUnfinished?: boolean,
  ): Promise<boolean>;

  /** Gives partitions that have been unfinished for 2 s, because whoever was at it may have died: each to one
   *  caller of all nodes, and 10 s later to another. Unset: no other process has these records.
   *  @throws RoomError LOG_UNAVAILABLE */
  readonly takeUnfinished?: (() => Promise<readonly string[]>) | undefined;

  /** Finishes what was accepted, then closes. Safe to call twice. */
  close(): Promise<void>;
}

/** Records in a `list` that names no limit. */
export const RECORD_PAGE = 1_000;

/** The partition of a room's facts. */
export function roomPartition({ kind, id }: { kind: string; id: string }): string {
  return `room/${kind}/${id}`;
}

/** The room whose partition it is. Undefined: it is no room's. */
export function roomOfPartition(partition: string): { kind: string; id: string } | undefined {
  const [what, kind, id] = partition.split('/');
  return what === 'room' && kind !== undefined && id !== undefined ? { kind, id } : undefined;
}

/** The partition of a user's facts. */
export function userPartition(userId: string): string {
  return `user/${userId}`;
}

const NAME = /^[\x21-\x7e]{1,512}$/;

/** @throws Error when names are not what every form can order, or a key is changed twice: faults of the
 *  caller */
export function checkWrite(partition: string, changes: readonly RecordChange[]): void {
  const keys = changes.map(({ key }) => key);
  for (const name of [partition, ...keys]) {
    if (!NAME.test(name)) throw new Error(`records: ${JSON.stringify(name)} is no name`);
  }
  if (new Set(keys).size < keys.length) throw new Error('records: a key is changed twice');
}
