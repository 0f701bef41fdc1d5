import { join } from 'node:path';
import type { Records } from '../../records/records.ts';
import { DAY, limits, MINUTE, RoomError, type Retention } from '../../../shared/index.ts';
import { systemClock, type Clock } from '../../clock.ts';
import { makeDataDirectory } from '../../data-directory.ts';
import { StartError } from '../../start-error.ts';
import { Followers } from '../followers.ts';
import { roomKey, type Appended, type Entry, type RoomLog, type StoredEvent } from '../room-log.ts';
import { Witnesses } from '../witnesses.ts';
import { lockDirectory } from './dir-lock.ts';
import { GroupCommit } from './group-commit.ts';
import { MarkGate } from './mark-gate.ts';
import { canBePacked, packEntries, unpackWritten } from './packing.ts';
import { Reader } from './reader.ts';
import { describeDamage } from './recovery.ts';
import { sqliteRecords } from './sqlite-records.ts';
import { Scrubber } from './scrubber.ts';
import { Trouble } from './trouble.ts';
import { unavailable, WriterPort } from './writer-port.ts';
import type { Written } from './writer.ts';

/** What the SQLite log is made from. */
export interface SqliteLogOptions {
  /** The data directory; created (0700) when missing. One server at a time. */
  readonly dir: string;
  /** Retention by room kind. */
  readonly retention: Readonly<Record<string, Retention>>;
  /** Hears of damage found at start, in words for the operator. */
  readonly onDamage: (description: string) => void;
  /** Hears when writing begins to fail (with the reason) and when it works again (undefined). */
  readonly onTrouble: (reason: string | undefined) => void;
  /** Hears of each transaction: its time in milliseconds, the mark included, and its appends. */
  readonly onCommit?: (commit: { readonly ms: number; readonly events: number }) => void;
  /** How long erased content may still stand in the files, in milliseconds (LOG5). Default 60,000. */
  readonly scrubWithinMs?: number;
  readonly clock?: Clock;
  /** Hears of a follower that threw, and of scrubbing that failed. */
  readonly onError: (error: unknown) => void;
}

// Entries in one transaction: more would only make the first of them wait longer.
const MAX_BATCH = 1_000;
// For rooms of kinds that the contract no longer has: kept as long as any kind may ask for.
const FALLBACK: Retention = { maxEvents: Number.MAX_SAFE_INTEGER, maxAgeMs: 36_500 * DAY };

/** What one database keeps: closing either closes both. */
export interface SqliteStore {
  readonly log: RoomLog;
  readonly records: Records;
}

/** The log of `createSqliteStore` alone. */
export async function createSqliteLog(options: SqliteLogOptions): Promise<RoomLog> {
  return (await createSqliteStore(options)).log;
}

/** The default log: SQLite in WAL mode with `synchronous=FULL`, one writer thread, group commit
 *  (LOG2); and records in the same database. Level `disk`.
 *  @throws StartError when the directory is in use, unusable or damaged. */
export async function createSqliteStore(options: SqliteLogOptions): Promise<SqliteStore> {
  const { dir, retention } = options;
  makeDataDirectory(dir);
  const unlock = lockDirectory(dir);
  const databasePath = join(dir, 'log.db');
  const markPath = join(dir, 'log.mark');
  const files = { databasePath, markPath };
  const opening = WriterPort.open({ ...files, retention, fallback: FALLBACK });
  const {
    port: writer,
    epoch,
    damage,
    isScrubDue,
    marked,
  } = await opening.catch((error: unknown) => {
    unlock();
    throw error;
  });
  if (damage) options.onDamage(describeDamage(damage));
  const reader = await openReader(databasePath, epoch).catch(async (error: unknown) => {
    await writer.close();
    unlock();
    throw error;
  });
  const followers = new Followers(options.onError);
  const witnesses = new Witnesses();

  const trouble = new Trouble(options.onTrouble);
  const append = async (entries: Entry[]): Promise<(Appended | RoomError)[]> => {
    const from = performance.now();
    const request = { type: 'append', entries: packEntries(entries) } as const;
    const { unmarked, marked: upTo, ...reply } = await writer.ask(request, 'appended');
    const written = unpackWritten(reply.written);
    options.onCommit?.({ ms: performance.now() - from, events: entries.length });
    if (entries.some(({ erases }) => erases)) scrubber.soon();
    const added = eventsByRoom(entries, written);
    if (unmarked === undefined) gate.pass(upTo, added);
    else {
      gate.hold(added);
      // Stored, not acknowledged: the same keys find them again.
      throw unavailable(unmarked);
    }
    return written.map((result) =>
      typeof result === 'string' ? new RoomError(REFUSALS[result]) : { epoch, ...result },
    );
  };
  const commit = (entries: Entry[]) => trouble.watch(append(entries));
  const group = new GroupCommit(commit, { maxBatch: MAX_BATCH });

  const gate = new MarkGate({
    marked,
    show: (added) => {
      for (const [key, events] of added) {
        followers.notify(key, events, epoch);
        witnesses.tell(key, events, epoch);
      }
    },
    mark: async () => (await trouble.watch(writer.ask({ type: 'mark' }, 'marked'))).marked,
    exclusive: (job) => group.exclusive(job),
  });

  const scrubber = new Scrubber({
    scrub: (begin) =>
      group.exclusive(async () => {
        begin();
        await writer.ask({ type: 'scrub' }, 'scrubbed');
      }),
    withinMs: options.scrubWithinMs ?? MINUTE,
    clock: options.clock ?? systemClock,
    onError: options.onError,
  });
  if (isScrubDue) scrubber.soon();

  let closing: Promise<void> | undefined;

  const close = async () => {
    await group.idle();
    await scrubber.close();
    // The writer last: the last handle to close folds the WAL into the database.
    reader.close();
    await writer.close();
    unlock();
  };

  const log: RoomLog = {
    level: 'disk',
    append: (entry) => {
      if (closing) return Promise.reject(new RoomError('LOG_UNAVAILABLE'));
      return canBePacked(entry) ? group.add(entry) : Promise.reject(noEvent());
    },
    read: (room, range) => gate.look(() => reader.read(room, range)),
    bounds: (room) => gate.look(() => reader.bounds(room)),
    changes: (room, range) => gate.look(() => reader.changes(room, range)),
    count: (room, range) => gate.look(() => reader.count(room, range)),
    follow: (room, follower) => followers.add(room, follower),
    witness: (kind, witness) => witnesses.add(kind, witness),
    erase: async (room, offset) => {
      if (closing) throw new RoomError('LOG_UNAVAILABLE');
      const request = { type: 'erase', room, offset } as const;
      const found = await group.exclusive(async () => {
        const reply = await writer.ask(request, 'erased');
        gate.pass(reply.marked);
        return reply.found;
      });
      if (found) await scrubber.now();
      return found;
    },
    trim: async (now) => {
      let after: number | undefined = 0;
      while (after !== undefined) {
        if (closing) return;
        const from: number = after;
        const step = async () => {
          const reply = await writer.ask({ type: 'trim', now, after: from }, 'trimmed');
          gate.pass(reply.marked);
          return reply;
        };
        // Step by step, so that appends take their turn in between (LOG4).
        after = (await trouble.watch(group.exclusive(step))).next;
      }
    },
    keyWindowMs: () => limits.keyWindowMs,
    failure: () => (closing ? 'the log is closed' : (writer.failure ?? trouble.current)),
    close: () => (closing ??= close()),
  };
  const records = sqliteRecords({
    group,
    writer,
    reader: reader.records,
    // The count last: it is of this moment or a later one.
    look: (read) =>
      gate.look(() => {
        const result = read();
        return { commits: reader.commits, result };
      }),
    onMarked: (commits) => gate.pass(commits),
    watch: (write) => trouble.watch(write),
    isClosed: () => closing !== undefined,
    close: log.close,
  });
  return { log, records };
}

async function openReader(path: string, epoch: string): Promise<Reader> {
  try {
    return Reader.open(path, epoch);
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    throw new StartError(`cannot read the database ${path}: ${detail}`, {
      advice: 'Check how many files this process may open (ulimit -n), and the data directory.',
      cause: error,
    });
  }
}

function noEvent(): RoomError {
  return new RoomError(
    'BAD_INPUT',
    'not an event: something in it is no well-formed text, or its time no number',
  );
}

const REFUSALS = {
  conflict: 'CONFLICT',
  stale: 'STALE_VERSION',
  damaged: 'LOG_DAMAGED',
} as const;

/** The events that a batch really added, room by room, in offset order. */
function eventsByRoom(
  entries: readonly Entry[],
  written: readonly Written[],
): Map<string, StoredEvent[]> {
  const byRoom = new Map<string, StoredEvent[]>();
  for (const [index, { room, type, data, by, idempotencyKey, about }] of entries.entries()) {
    const result = written[index];
    if (!result || typeof result === 'string' || result.duplicate) continue;
    const { offset, at } = result;
    const key = roomKey(room);
    const events = byRoom.get(key) ?? [];
    const event = { offset, type, data, by, at, idempotencyKey };
    events.push(about === undefined ? event : { ...event, about });
    byRoom.set(key, events);
  }
  return byRoom;
}
