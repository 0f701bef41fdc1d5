import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRandom } from '../../../check/random.ts';
import { RoomError } from '../../../shared/index.ts';
import { roomKey, type RoomLog } from '../../../server/log/room-log.ts';
import { backupLog } from '../../../server/log/sqlite/backup.ts';
import { StartError } from '../../../server/start-error.ts';
import { retention } from '../../contract/room-log-contract.ts';
import {
  fill,
  openLog,
  putFiles,
  takeFiles,
  type Acked,
  type LogFiles,
} from '../../kit/log-files.ts';

const base = mkdtempSync(join(tmpdir(), 'trpc-rooms-damage-'));
afterAll(() => rmSync(base, { recursive: true, force: true }));

let acked: Acked[] = [];
/** As a crash leaves it: the newest in the WAL. */
let crashed: LogFiles;
/** Closed in order: all in the database. */
let closed: LogFiles;
/** Of the day before, when half of it was there; closed in order. */
let yesterday: LogFiles;
/** Older still: the WAL of the crash was not written on top of it. */
let older: LogFiles;

beforeAll(async () => {
  const dir = mkdtempSync(join(base, 'log-'));
  const first = await openLog(dir);
  acked = await fill(first, 0, 60);
  await first.close();
  older = takeFiles(dir);
  const next = await openLog(dir);
  acked.push(...(await fill(next, 60, 60)));
  await next.close();
  yesterday = takeFiles(dir);
  const second = await openLog(dir);
  acked.push(...(await fill(second, 120, 120)));
  crashed = takeFiles(dir);
  await second.close();
  closed = takeFiles(dir);
});

type Verdict = 'all served' | 'new epoch' | 'refused' | 'LOG_DAMAGED';

async function readAndClose(log: RoomLog): Promise<Verdict> {
  try {
    return await read(log);
  } finally {
    await log.close();
  }
}

/** What a server makes of files. Fails when it serves less than was acknowledged under the same epoch
 *  and without a word: the one thing that must never happen. */
async function verdictOn(files: LogFiles): Promise<Verdict> {
  const dir = mkdtempSync(join(base, 'case-'));
  putFiles(dir, files);
  const damage: string[] = [];
  try {
    const log = await openLog(dir, damage);
    const verdict = await readAndClose(log);
    if (damage.length > 0) expect(verdict).toBe('new epoch');
    return verdict;
  } catch (error) {
    if (error instanceof StartError) return 'refused';
    throw error;
  } finally {
    rmSync(dir, { recursive: true });
  }
}

async function read(log: RoomLog): Promise<Verdict> {
  let verdict: Verdict = 'all served';
  for (const events of eventsByRoom().values()) {
    const found = await readRoom(log, events);
    if (found === 'new epoch') return found;
    if (found === 'LOG_DAMAGED') verdict = found;
  }
  return verdict;
}

function eventsByRoom(): Map<string, Acked[]> {
  const byRoom = new Map<string, Acked[]>();
  for (const one of acked) {
    const key = roomKey(one.entry.room);
    byRoom.set(key, [...(byRoom.get(key) ?? []), one]);
  }
  return byRoom;
}

async function readRoom(log: RoomLog, events: readonly Acked[]): Promise<Verdict> {
  const newest = events.at(-1);
  if (!newest) throw new Error('a room without events');
  const { room } = newest.entry;
  const kept = room.kind === 'small' ? events.slice(-retention.small.maxEvents) : events;
  try {
    const page = await log.read(room, { after: 0, limit: 10_000 });
    if (page.epoch !== newest.epoch) return 'new epoch';
    expect(page.head).toBe(newest.offset);
    expect(page.events.map(({ offset, data }) => [offset, data])).toEqual(
      kept.map(({ offset, entry }) => [offset, entry.data]),
    );
    const back = await log.read(room, { before: newest.offset + 1, limit: 3 });
    expect(back.events.map(({ offset }) => offset)).toEqual(
      kept.slice(-3).map((one) => one.offset),
    );
    // SND1: what is there is known again.
    for (const { entry, offset } of events) {
      const again = await log.append(entry).catch(refusalOf);
      if (again !== 'refused') expect(again).toMatchObject({ offset, duplicate: true });
    }
    return 'all served';
  } catch (error) {
    if (error instanceof RoomError && error.code === 'LOG_DAMAGED') return 'LOG_DAMAGED';
    throw error;
  }
}

/** A repeat may be refused aloud, when what is damaged is its key. */
function refusalOf(error: unknown): 'refused' {
  if (error instanceof RoomError && ['CONFLICT', 'LOG_DAMAGED'].includes(error.code))
    return 'refused';
  throw error;
}

function without(files: LogFiles, ...names: string[]): LogFiles {
  return new Map([...files].filter(([name]) => !names.includes(name)));
}

function withFile(files: LogFiles, name: string, bytes: Buffer): LogFiles {
  return new Map([...files, [name, bytes]]);
}

function bytesOf(files: LogFiles, name: string): Buffer {
  return Buffer.from(files.get(name) ?? []);
}

function flipped(bytes: Buffer, at: number, bit: number): Buffer {
  bytes[at] = (bytes[at] ?? 0) ^ (1 << bit);
  return bytes;
}

/** Runs cases and counts how they ended; a failure names its case. */
async function judgeAll(cases: readonly (readonly [string, LogFiles])[]) {
  const counts: Partial<Record<Verdict, number>> = {};
  for (const [name, files] of cases) {
    const verdict = await verdictOn(files).catch((error: unknown) => {
      throw new Error(`${name}: ${error instanceof Error ? error.message : String(error)}`);
    });
    counts[verdict] = (counts[verdict] ?? 0) + 1;
  }
  return counts;
}

const PAGE = 4096;
const SEED = Number(process.env['DAMAGE_SEED'] ?? 1);
const FLIPS = Number(process.env['DAMAGE_FLIPS'] ?? 1);

// Each case opens a log of its own: seconds on a quiet machine, and more beside other tests.
describe('a damaged log is never served silently less', () => {
  it('[LOG3] with nothing damaged, serves everything', async () => {
    expect(await verdictOn(crashed)).toBe('all served');
    expect(await verdictOn(closed)).toBe('all served');
  });

  it('[LOG3] with a bit flipped in any page of the database', async () => {
    const random = createRandom(SEED).next;
    const pages = bytesOf(closed, 'log.db').length / PAGE;
    const cases = Array.from({ length: pages * FLIPS }, (_, index) => {
      // Half of them where a page keeps its own order, half anywhere.
      const within = index % 2 ? random() * PAGE : random() * 64;
      const at = Math.floor(index / FLIPS) * PAGE + Math.floor(within);
      const bit = Math.floor(random() * 8);
      const bytes = flipped(bytesOf(closed, 'log.db'), at, bit);
      return [`seed ${SEED}, byte ${at}, bit ${bit}`, withFile(closed, 'log.db', bytes)] as const;
    });
    await judgeAll(cases);
  });

  it('[LOG3] with a bit flipped in what names rooms, counts and orders', async () => {
    const bytes = bytesOf(closed, 'log.db');
    const needles = ['chatr3', 'smallr0', 'commits', 'epoch', 'database', 'key-70', 'CREATE TABLE'];
    const cases = needles.flatMap((needle) => {
      const found: number[] = [];
      for (let at = bytes.indexOf(needle); at >= 0; at = bytes.indexOf(needle, at + 1))
        found.push(at);
      return found.slice(0, FLIPS).flatMap((at) =>
        [-3, -1, 0, needle.length - 1, needle.length, needle.length + 1].map((more) => {
          const spoilt = flipped(bytesOf(closed, 'log.db'), at + more, 1);
          return [`${needle} at ${at} + ${more}`, withFile(closed, 'log.db', spoilt)] as const;
        }),
      );
    });
    await judgeAll(cases);
  });

  it('[LOG3] with a bit flipped anywhere in the WAL', async () => {
    const random = createRandom(SEED + 1).next;
    const { length } = bytesOf(crashed, 'log.db-wal');
    const cases = Array.from({ length: 12 }, () => {
      const at = Math.floor(random() * length);
      const bytes = flipped(bytesOf(crashed, 'log.db-wal'), at, Math.floor(random() * 8));
      return [`seed ${SEED}, WAL byte ${at}`, withFile(crashed, 'log.db-wal', bytes)] as const;
    });
    const counts = await judgeAll(cases);
    expect(counts['new epoch']).toBeGreaterThan(0);
  });

  it.each(['log.db', 'log.db-wal', 'log.mark'])(
    '[LOG3] with %s cut at any length',
    async (name) => {
      const random = createRandom(SEED + 2).next;
      const cases = [crashed, ...(name === 'log.db-wal' ? [] : [closed])].flatMap((files) => {
        const { length } = bytesOf(files, name);
        const lengths = [0, 1, 100, PAGE, ...Array.from({ length: 4 }, () => random() * length)];
        return lengths.map((cut) => {
          const bytes = bytesOf(files, name).subarray(0, Math.floor(cut));
          return [`seed ${SEED}, ${name} cut to ${cut}`, withFile(files, name, bytes)] as const;
        });
      });
      await judgeAll(cases);
    },
  );

  it('[LOG3] with files missing, or older than the others', async () => {
    const crashedWithout = without(crashed, 'log.db-wal');
    const cases = {
      'no database': without(closed, 'log.db'),
      'no database, WAL there': without(crashed, 'log.db'),
      'no mark': without(closed, 'log.mark'),
      'no WAL': crashedWithout,
      'no WAL and no mark': without(crashedWithout, 'log.mark'),
      'database of yesterday': withFile(closed, 'log.db', bytesOf(yesterday, 'log.db')),
      'database older than its WAL': withFile(crashed, 'log.db', bytesOf(older, 'log.db')),
      'mark of yesterday': withFile(closed, 'log.mark', bytesOf(yesterday, 'log.mark')),
    };
    const counts = await judgeAll(Object.entries(cases));
    expect(counts).toEqual({ 'new epoch': 4, 'all served': 1, refused: 3 });
  });

  it('[LOG3] keeps what is left where the database is missing or empty', async () => {
    const crashedEmpty = withFile(crashed, 'log.db', Buffer.alloc(0));
    const cases = [
      without(crashed, 'log.db'),
      without(crashed, 'log.db', 'log.mark'),
      without(crashed, 'log.db', 'log.db-wal'),
      crashedEmpty,
      without(crashedEmpty, 'log.mark'),
    ];
    for (const files of cases) {
      const dir = mkdtempSync(join(base, 'case-'));
      putFiles(dir, files);
      await expect(openLog(dir)).rejects.toThrow(/is (missing|empty), and log\.(db-wal|mark)/);
      await expect(backupLog(dir, join(dir, 'backup'))).rejects.toThrow(StartError);
      expect(takeFiles(dir)).toEqual(files);
    }
  });

  it('begins a log where there is nothing, or what a first start left that was killed', async () => {
    for (const files of [new Map(), new Map([['log.db', Buffer.alloc(0)]])]) {
      const dir = mkdtempSync(join(base, 'case-'));
      putFiles(dir, files);
      const log = await openLog(dir);
      expect(await log.bounds({ kind: 'chat', id: 'r' })).toMatchObject({ head: 0 });
      await log.close();
    }
  });
});
