import type { Clock } from '../../server/clock.ts';
import { Followers } from '../../server/log/followers.ts';
import { createMemoryLog } from '../../server/log/memory-log.ts';
import {
  roomKey,
  type Appended,
  type Entry,
  type RoomLog,
  type RoomName,
  type StoredEvent,
} from '../../server/log/room-log.ts';
import { Witnesses } from '../../server/log/witnesses.ts';
import { GroupCommit } from '../../server/log/sqlite/group-commit.ts';
import { MarkGate } from '../../server/log/sqlite/mark-gate.ts';
import { judge } from '../../server/log/sqlite/recovery.ts';
import { RoomError, type Retention } from '../../shared/index.ts';
import type { Random } from '../random.ts';
import type { Commit, SimDisk } from './sim-disk.ts';

/** How a simulated disk behaves just now. */
export interface DiskWeather {
  /** What a commit takes at most, in milliseconds. */
  slowMs: number;
  /** `before`: transactions fail. `after`: they are there, and their mark cannot be written. */
  fails: 'no' | 'before' | 'after';
}

/** What a simulated log is opened with. */
export interface SimLogOptions {
  readonly disk: SimDisk;
  readonly weather: DiskWeather;
  readonly retention: Retention;
  /** What a read takes at most, in milliseconds. */
  readonly readMs: number;
  readonly random: Random;
  /** Of the process: never resolves once it is dead. */
  readonly sleep: (ms: number) => Promise<void>;
  readonly clock: Clock;
  readonly newEpoch: () => string;
  readonly onError: (error: unknown) => void;
}

/** A log over a simulated disk, with the memory log's own logic for offsets, keys and retention, and
 *  group commit, commit, mark, followers, ack in the order of the SQLite log. A process that dies in
 *  between leaves on the disk what was committed. */
export async function openSimLog(
  options: SimLogOptions,
): Promise<{ log: RoomLog; followers: () => number }> {
  const { disk, weather, random, sleep, onError } = options;
  recover(disk, options.newEpoch);
  const inner = createMemoryLog({ epoch: disk.epoch, retention: () => options.retention, onError });
  await replay(inner, disk.commits);
  const followers = new Followers(onError);
  const witnesses = new Witnesses();
  let following = 0;

  const commit = async (entries: Entry[]): Promise<(Appended | RoomError)[]> => {
    await sleep(random.between(0, weather.slowMs));
    if (weather.fails === 'before') throw new RoomError('LOG_UNAVAILABLE');
    const { written, added } = await appendAll(inner, entries);
    // What is refused is in no transaction.
    const stored = entries.filter((_, index) => !(written[index] instanceof RoomError));
    write(disk, { entries: stored });
    await sleep(random.between(0, weather.slowMs));
    // LOG3: the mark after COMMIT and before anybody is told.
    if (weather.fails === 'no') gate.pass(mark(disk), added);
    else {
      gate.hold(added);
      throw new RoomError('LOG_UNAVAILABLE');
    }
    return written;
  };
  const soon = (run: () => void) => void sleep(0).then(run);
  const group = new GroupCommit(commit, { maxBatch: 50, soon, clock: options.clock });

  const gate = new MarkGate({
    marked: disk.count,
    show: (shown) => {
      for (const [key, events] of shown) {
        followers.notify(key, events, disk.epoch);
        witnesses.tell(key, events, disk.epoch);
      }
    },
    mark: async () => {
      await sleep(random.between(0, weather.slowMs));
      if (weather.fails !== 'no') throw new RoomError('LOG_UNAVAILABLE');
      return mark(disk);
    },
    exclusive: (job) => group.exclusive(job),
  });
  /** As it is at this moment. */
  const look = async <T>(see: () => Promise<T>): Promise<T> =>
    await (
      await gate.look(() => ({ commits: disk.count, result: [see()] as const }))
    )[0];

  const follow: RoomLog['follow'] = (room, follower) => {
    following += 1;
    const undo = followers.add(room, follower);
    return () => {
      following -= 1;
      undo();
    };
  };
  const trim = (now: number) =>
    group.exclusive(async () => {
      await sleep(random.between(0, weather.slowMs));
      write(disk, { trimAt: now });
      gate.pass(mark(disk));
      return inner.trim(now);
    });
  const read: RoomLog['read'] = async (room, range) => {
    const page = await look(() => inner.read(room, range));
    // The answer may be old when it comes.
    await sleep(random.between(0, options.readMs));
    return page;
  };
  const changes: RoomLog['changes'] = (room, range) => look(() => inner.changes(room, range));
  const count: RoomLog['count'] = (room, range) => look(() => inner.count(room, range));
  const bounds: RoomLog['bounds'] = (room) => look(() => inner.bounds(room));
  const close = async () => {
    await group.idle();
    await inner.close();
  };
  const append = (entry: Entry) => group.add(entry);
  const witness: RoomLog['witness'] = (kind, told) => witnesses.add(kind, told);
  const log = { ...inner, append, read, changes, count, bounds, follow, witness, trim, close };
  return { log, followers: () => following };
}

/** As the SQLite log does it at start. */
function recover(disk: SimDisk, newEpoch: () => string): void {
  const damage = judge({ databaseId: disk.databaseId, commits: disk.count }, disk.mark);
  if (damage) {
    disk.epoch = newEpoch();
    disk.count = Math.max(disk.count, disk.mark?.commits ?? 0) + 1;
  }
  mark(disk);
}

/** Returns what it vouches for. */
function mark(disk: SimDisk): number {
  disk.mark = { databaseId: disk.databaseId, commits: disk.count };
  return disk.count;
}

function write(disk: SimDisk, commit: Commit): void {
  disk.commits.push(commit);
  disk.count += 1;
}

async function replay(log: RoomLog, commits: readonly Commit[]): Promise<void> {
  for (const commit of commits) {
    if ('trimAt' in commit) await log.trim(commit.trimAt);
    else await Promise.allSettled(commit.entries.map((entry) => log.append(entry)));
  }
}

/** One transaction: all of it happens before anybody else has a turn. */
async function appendAll(log: RoomLog, entries: readonly Entry[]) {
  const added = new Map<string, StoredEvent[]>();
  const rooms = new Map<string, RoomName>(entries.map(({ room }) => [roomKey(room), room]));
  const undo = [...rooms].map(([key, room]) =>
    log.follow(room, (events) => added.set(key, [...(added.get(key) ?? []), ...events])),
  );
  const appending = entries.map((entry) => log.append(entry));
  for (const stop of undo) stop();
  const settled = await Promise.allSettled(appending);
  const written = settled.map((result): Appended | RoomError => {
    if (result.status === 'fulfilled') return result.value;
    if (result.reason instanceof RoomError) return result.reason;
    throw result.reason;
  });
  return { written, added };
}
