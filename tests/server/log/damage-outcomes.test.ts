import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRandom, type Random } from '../../../check/random.ts';
import type { RoomLog } from '../../../server/log/room-log.ts';
import { StartError } from '../../../server/start-error.ts';
import { RoomError } from '../../../shared/index.ts';
import { openLog, putFiles, takeFiles, type LogFiles } from '../../kit/log-files.ts';
import { tempDir } from '../../kit/temp-dir.ts';

const room = { kind: 'chat', id: 'general' };
const by = { id: 'ada', name: 'Ada' };
const NAMES = ['log.db', 'log.db-wal', 'log.mark'];
const EVENTS = 120;
const dataOf = (number: number) => JSON.stringify({ json: `message ${number}`.repeat(8) });

const base = mkdtempSync(join(tmpdir(), 'trpc-rooms-damage-'));
afterAll(() => rmSync(base, { recursive: true, force: true }));

/** As a crash left it, with the WAL that holds nearly all, and as a server that was stopped did. */
let crashed: LogFiles;
let closed: LogFiles;
/** Of an earlier day, when half of it was there. */
let older: LogFiles;
let epoch = '';

beforeAll(async () => {
  const log = await openLog(base);
  for (let number = 1; number <= EVENTS; number += 1) {
    await log.append({ room, type: 'message', data: dataOf(number), by, at: number });
    if (number === EVENTS / 2) older = takeFiles(base);
  }
  epoch = (await log.bounds(room)).epoch;
  crashed = takeFiles(base);
  await log.close();
  closed = takeFiles(base);
});

/** Breaks one file, in one of the ways in which disks and people do. Says what it did. */
function harm(files: LogFiles, random: Random): { done: string; files: LogFiles } {
  const name = random.pick(NAMES);
  const bytes = Buffer.from(files.get(name) ?? []);
  const at = random.between(0, Math.max(0, bytes.length - 1));
  const others = [...files].filter(([known]) => known !== name);
  const replaced = (other: Buffer) => new Map([...others, [name, other]]);
  switch (random.between(0, 4)) {
    case 0:
      return { done: `${name} removed`, files: new Map(others) };
    case 1:
      return { done: `${name} cut to ${at}`, files: replaced(bytes.subarray(0, at)) };
    case 2:
      for (let flips = random.between(1, 4); flips > 0; flips -= 1) {
        const where = random.between(0, Math.max(0, bytes.length - 1));
        bytes[where] = (bytes[where] ?? 0) ^ (1 << random.between(0, 7));
      }
      return { done: `${name} with bits flipped`, files: replaced(bytes) };
    case 3:
      bytes.fill(0, at, Math.min(bytes.length, at + 512 * random.between(1, 8)));
      return { done: `${name} with zeros at ${at}`, files: replaced(bytes) };
    default: {
      const before = older.get(name);
      return {
        done: `${name} of an earlier day`,
        files: before ? replaced(before) : new Map(others),
      };
    }
  }
}

/** What a reader of the old epoch would be told. `whole`: everything, as it was. */
async function outcome(dir: string): Promise<string> {
  const damage: string[] = [];
  const log = await openLog(dir, damage).catch(refusalOf);
  if (typeof log === 'string') return log;
  try {
    return await whatIsRead(log, damage);
  } catch (error) {
    if (error instanceof RoomError) return `refused to read: ${error.code}`;
    throw error;
  } finally {
    await log.close();
  }
}

async function whatIsRead(log: RoomLog, damage: readonly string[]): Promise<string> {
  const page = await log.read(room, { after: 0, limit: 1_000 });
  if (page.epoch !== epoch)
    return damage.length > 0 ? 'new epoch, said so' : 'new epoch in silence';
  const isWhole =
    page.head === EVENTS &&
    page.events.length === EVENTS &&
    page.events.every((event) => event.data === dataOf(event.offset));
  return isWhole ? 'whole' : `silently less: head ${page.head}, ${page.events.length} events`;
}

function refusalOf(error: unknown): string {
  if (error instanceof StartError) return 'refused to start';
  throw error;
}

describe('a log that was damaged', () => {
  it.each(Array.from({ length: 120 }, (_, seed) => seed + 1))(
    '[LOG3] is served whole, or under a new epoch, or not at all: seed %i',
    async (seed) => {
      const dir = tempDir();
      const { done, files } = harm(seed % 2 === 0 ? crashed : closed, createRandom(seed));
      putFiles(dir, files);
      const found = await outcome(dir);
      expect(`${done}: ${found}`).toMatch(/: (whole|new epoch, said so|refused .*)$/);
    },
  );
});
