import type { Entry } from '../../server/log/room-log.ts';
import { createMemoryRecords } from '../../server/records/memory-records.ts';
import type { Records } from '../../server/records/records.ts';
import type { Mark } from '../../server/log/sqlite/commit-mark.ts';

/** One transaction of a simulated database. */
export type Commit =
  | { readonly entries: readonly Entry[] }
  /** Trimming by age, at a time in milliseconds since 1970. */
  | { readonly trimAt: number };

/** What a simulated disk holds: all of it is fsynced, none of it is lost with a process. */
export interface SimDisk {
  readonly databaseId: string;
  epoch: string;
  /** The database's own count; `commits` may be fewer once a damage took some. */
  count: number;
  commits: Commit[];
  /** The file beside the database (LOG3). */
  mark: Mark | undefined;
  /** Facts beside the log. */
  readonly records: Records;
}

/** An empty disk. */
export function createSimDisk(databaseId: string, epoch: string): SimDisk {
  // A process that ends closes them for itself alone.
  const records = { ...createMemoryRecords(), close: async () => {} };
  return { databaseId, epoch, count: 0, commits: [], mark: undefined, records };
}

/** Takes the last commits away, as a torn tail of a WAL does. The mark stays. */
export function tearTail(disk: SimDisk, commits: number): void {
  const kept = Math.max(0, disk.commits.length - commits);
  disk.count -= disk.commits.length - kept;
  disk.commits = disk.commits.slice(0, kept);
}
