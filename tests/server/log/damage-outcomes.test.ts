import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RoomLog } from '../../../server/log/room-log.ts';
import { createSqliteLog } from '../../../server/log/sqlite/sqlite-log.ts';
import { StartError } from '../../../server/start-error.ts';
import { RoomError } from '../../../shared/index.ts';
import { retention } from '../../contract/room-log-contract.ts';
import { tempDir } from '../../kit/temp-dir.ts';

const room = { kind: 'chat', id: 'general' };
const by = { id: 'ada', name: 'Ada' };
const FILES = ['log.db', 'log.db-wal', 'log.mark'];
const EVENTS = 120;
const dataOf = (number: number) => JSON.stringify({ json: `message ${number}`.repeat(8) });

/** Numbers in [0, n) that a seed decides (mulberry32). */
function dice(seed: number): (n: number) => number {
  let state = (seed * 0x9e3779b9) >>> 0;
  return (n) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % n;
  };
}

async function open(dir: string): Promise<{ log: RoomLog; damage: string[] }> {
  const damage: string[] = [];
  const log = await createSqliteLog({
    dir,
    retention,
    onDamage: (what) => damage.push(what),
    onTrouble: () => {},
    onError: () => {},
  });
  return { log, damage };
}

/** As a crash left it, with the WAL that holds nearly all, and as a server that was stopped did. */
let masters: readonly [crashed: string, closed: string] = ['', ''];
let older = '';
let epoch = '';

/** Files as a crash would leave them: the first of them after half of the events. */
function copyTo(from: string, to: string): void {
  mkdirSync(to, { recursive: true });
  for (const name of FILES) {
    if (existsSync(join(from, name))) copyFileSync(join(from, name), join(to, name));
  }
}

const base = mkdtempSync(join(tmpdir(), 'trpc-rooms-damage-'));
afterAll(() => rmSync(base, { recursive: true, force: true }));

beforeAll(async () => {
  const dir = join(base, 'log');
  masters = [join(base, 'crashed'), join(base, 'closed')];
  older = join(base, 'older');
  const { log } = await open(dir);
  for (let number = 1; number <= EVENTS; number += 1) {
    await log.append({ room, type: 'message', data: dataOf(number), by, at: number });
    if (number === EVENTS / 2) copyTo(dir, older);
  }
  epoch = (await log.bounds(room)).epoch;
  copyTo(dir, masters[0]);
  await log.close();
  copyTo(dir, masters[1]);
});

/** Breaks one file, in one of the ways in which disks and people do. Says what it did. */
function harm(dir: string, roll: (n: number) => number): string {
  const name = FILES[roll(FILES.length)] ?? '';
  const path = join(dir, name);
  const bytes = existsSync(path) ? readFileSync(path) : Buffer.alloc(0);
  const at = roll(Math.max(1, bytes.length));
  switch (roll(5)) {
    case 0:
      rmSync(path, { force: true });
      return `${name} removed`;
    case 1:
      writeFileSync(path, bytes.subarray(0, at));
      return `${name} cut to ${at} of ${bytes.length}`;
    case 2: {
      for (let flips = 1 + roll(4); flips > 0; flips -= 1) {
        const where = roll(Math.max(1, bytes.length));
        bytes[where] = (bytes[where] ?? 0) ^ (1 << roll(8));
      }
      writeFileSync(path, bytes);
      return `${name} with bits flipped`;
    }
    case 3:
      bytes.fill(0, at, Math.min(bytes.length, at + 512 * (1 + roll(8))));
      writeFileSync(path, bytes);
      return `${name} with zeros at ${at}`;
    default:
      rmSync(path, { force: true });
      if (existsSync(join(older, name))) copyFileSync(join(older, name), path);
      return `${name} of an earlier day`;
  }
}

/** What a reader of the old epoch would be told. `whole`: everything, as it was. */
async function outcome(dir: string): Promise<string> {
  let opened: { log: RoomLog; damage: string[] };
  try {
    opened = await open(dir);
  } catch (error) {
    if (error instanceof StartError) return 'refused to start';
    throw error;
  }
  const { log, damage } = opened;
  try {
    const page = await log.read(room, { after: 0, limit: 1_000 });
    if (page.epoch !== epoch)
      return damage.length > 0 ? 'new epoch, said so' : 'new epoch in silence';
    const isWhole =
      page.head === EVENTS &&
      page.events.length === EVENTS &&
      page.events.every((event) => event.data === dataOf(event.offset));
    return isWhole ? 'whole' : `silently less: head ${page.head}, ${page.events.length} events`;
  } catch (error) {
    if (error instanceof RoomError) return `refused to read: ${error.code}`;
    throw error;
  } finally {
    await log.close();
  }
}

describe('a log that was damaged', () => {
  it.each(Array.from({ length: 120 }, (_, seed) => seed + 1))(
    '[LOG3] is served whole, or under a new epoch, or not at all: seed %i',
    async (seed) => {
      const dir = tempDir();
      copyTo(masters[seed % 2 === 0 ? 0 : 1], dir);
      const done = harm(dir, dice(seed));
      const found = await outcome(dir);
      expect(`${done}: ${found}`).toMatch(/: (whole|new epoch, said so|refused .*)$/);
    },
  );
});
