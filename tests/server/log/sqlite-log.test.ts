import {
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { Entry, RoomLog } from '../../../server/log/room-log.ts';
import { createSqliteLog } from '../../../server/log/sqlite/sqlite-log.ts';
import { StartError } from '../../../server/start-error.ts';
import { logChangesContract } from '../../contract/log-changes-contract.ts';
import { retention, roomLogContract } from '../../contract/room-log-contract.ts';
import { tempDir } from '../../kit/temp-dir.ts';

const base = mkdtempSync(join(tmpdir(), 'trpc-rooms-contract-'));
afterAll(() => rmSync(base, { recursive: true, force: true }));
const room = { kind: 'chat', id: 'general' };

function open(dir: string, damage: string[] = []): Promise<RoomLog> {
  const onError = () => {};
  const onTrouble = () => {};
  const onDamage = (what: string) => damage.push(what);
  return createSqliteLog({ dir, retention, onDamage, onTrouble, onError });
}

function entry(text: string, more: Partial<Entry> = {}): Entry {
  const by = { id: 'ada', name: 'Ada' };
  return { room, type: 'message', data: JSON.stringify({ json: text }), by, at: 1, ...more };
}

/** Copies of the files as they are at this moment: what a crash would leave behind. */
function crashCopy(from: string): string {
  const to = tempDir();
  for (const name of readdirSync(from)) {
    if (name !== 'lock.db') writeFileSync(join(to, name), readFileSync(join(from, name)));
  }
  return to;
}

roomLogContract('SQLite', 'disk', () => open(mkdtempSync(join(base, 'log-'))));
logChangesContract('SQLite', () => open(mkdtempSync(join(base, 'log-'))));

describe('SQLite log', () => {
  it.each<[what: string, wrong: object]>([
    ['key', { idempotencyKey: 42 }],
    ['user', { by: { id: 7, name: 'Seven' } }],
    ["user's name", { by: { id: 'bot' } }],
    ['time', { at: Number.NaN }],
  ])('[LOG2] refuses an event whose %s is none, and keeps those beside it', async (_, wrong) => {
    const log = await open(tempDir());
    const [before, refused, after] = await Promise.allSettled([
      log.append(entry('a', { idempotencyKey: 'k' })),
      log.append(entry('b', wrong)),
      log.append(entry('c', { by: { id: 'bob', name: 'Bob' } })),
    ]);
    expect(refused).toMatchObject({ reason: { code: 'BAD_INPUT' } });
    expect([before.status, after.status]).toEqual(['fulfilled', 'fulfilled']);
    const { events } = await log.read(room, { after: 0, limit: 10 });
    expect(events.map(({ data, by }) => [data, by.id])).toEqual([
      ['{"json":"a"}', 'ada'],
      ['{"json":"c"}', 'bob'],
    ]);
    await log.close();
  });

  it('keeps events, keys and epoch over a restart', async () => {
    const dir = tempDir();
    const first = await open(dir);
    const done = await first.append(entry('a', { idempotencyKey: 'k' }));
    await first.close();
    const second = await open(dir);
    expect(await second.append(entry('a', { idempotencyKey: 'k' }))).toEqual({
      ...done,
      duplicate: true,
    });
    expect(await second.append(entry('b'))).toMatchObject({ epoch: done.epoch, offset: 2 });
    await second.close();
  });

  it('[LOG2] has everything acknowledged in its files when it dies without closing', async () => {
    const dir = tempDir();
    const log = await open(dir);
    const acks = await Promise.all(['a', 'b', 'c'].map((text) => log.append(entry(text))));
    const damage: string[] = [];
    const copy = await open(crashCopy(dir), damage);
    const page = await copy.read(room, { after: 0, limit: 9 });
    expect(page.events.map(({ offset }) => offset)).toEqual(acks.map(({ offset }) => offset));
    expect([page.epoch, damage]).toEqual([acks[0]?.epoch, []]);
    await Promise.all([log.close(), copy.close()]);
  });

  it('[LOG3] begins a new epoch when the tail of the WAL is lost', async () => {
    const dir = tempDir();
    const log = await open(dir);
    const before = await log.append(entry('a'));
    for (const text of ['b', 'c', 'd']) await log.append(entry(text));
    const copied = crashCopy(dir);
    const wal = join(copied, 'log.db-wal');
    truncateSync(wal, statSync(wal).size - 5_000);
    const damage: string[] = [];
    const copy = await open(copied, damage);
    expect(damage).toHaveLength(1);
    expect(damage[0]).toMatch(/lost its last \d+ commits/);
    expect((await copy.bounds(room)).epoch).not.toBe(before.epoch);
    await copy.close();
    // The loss is told once: from here on it is the log's new life.
    const later: string[] = [];
    const again = await open(copied, later);
    expect(later).toEqual([]);
    await Promise.all([log.close(), again.close()]);
  });

  it.each(['removed', 'garbage', 'empty'])(
    '[LOG3] begins a new epoch when the mark is %s',
    async (how) => {
      const dir = tempDir();
      const log = await open(dir);
      const before = await log.append(entry('a'));
      await log.close();
      const mark = join(dir, 'log.mark');
      if (how === 'removed') rmSync(mark);
      else writeFileSync(mark, how === 'garbage' ? 'x'.repeat(8192) : '');
      const damage: string[] = [];
      const next = await open(dir, damage);
      expect(damage[0]).toMatch(/mark/);
      const bounds = await next.bounds(room);
      expect(bounds.epoch).not.toBe(before.epoch);
      expect(bounds.head).toBe(1);
      await next.close();
    },
  );

  it('[LOG3] survives a torn write of one slot of the mark', async () => {
    const dir = tempDir();
    const log = await open(dir);
    await log.append(entry('a'));
    await log.append(entry('b'));
    await log.close();
    const path = join(dir, 'log.mark');
    const bytes = readFileSync(path);
    // The older of the two slots, half written.
    const commits = [0, 4096].map((at) =>
      Number(bytes.toString('latin1', at, at + 60).split(/[ \n]/)[2]),
    );
    bytes.fill(
      0xff,
      (commits[0] ?? 0) < (commits[1] ?? 0) ? 8 : 4104,
      (commits[0] ?? 0) < (commits[1] ?? 0) ? 64 : 4160,
    );
    writeFileSync(path, bytes);
    const damage: string[] = [];
    const next = await open(dir, damage);
    expect(damage).toEqual([]);
    await next.close();
  });

  it('[LOG3] begins a new epoch when the database was replaced by an older copy', async () => {
    const dir = tempDir();
    const log = await open(dir);
    const before = await log.append(entry('a'));
    await log.close();
    const old = readFileSync(join(dir, 'log.db'));
    const more = await open(dir);
    await more.append(entry('b'));
    await more.close();
    writeFileSync(join(dir, 'log.db'), old);
    const damage: string[] = [];
    const next = await open(dir, damage);
    expect(damage[0]).toMatch(/lost its last/);
    expect((await next.bounds(room)).epoch).not.toBe(before.epoch);
    await next.close();
  });

  it('[LOG5] leaves no copy of erased content in any file', async () => {
    const dir = tempDir();
    const log = await open(dir);
    const secret = 'tell-nobody-of-this';
    const long = `${secret} ${'x'.repeat(20_000)} ${secret}`;
    await log.append(entry('a'));
    await log.append(entry(long, { idempotencyKey: 'k' }));
    await log.append(entry('b'));
    await log.erase(room, 2);
    for (const name of readdirSync(dir)) {
      expect(readFileSync(join(dir, name)).includes(secret), name).toBe(false);
    }
    await log.close();
  });

  it('[LOG5] leaves no copy behind where pages have been split', async () => {
    const dir = tempDir();
    const log = await open(dir);
    const appends = Array.from({ length: 600 }, (_, index) =>
      log.append(
        entry(`${index % 2 ? 'secret' : 'public'}-${index} ${'x'.repeat(index % 300)}`, {
          room: { kind: 'chat', id: `r${index % 7}` },
        }),
      ),
    );
    const acks = await Promise.all(appends);
    const erasing = acks.flatMap(({ offset }, index) =>
      index % 2 ? [log.erase({ kind: 'chat', id: `r${index % 7}` }, offset)] : [],
    );
    expect((await Promise.all(erasing)).every(Boolean)).toBe(true);
    for (const name of readdirSync(dir)) {
      expect(readFileSync(join(dir, name)).includes('secret-'), name).toBe(false);
    }
    await log.close();
  });

  it('[LOG3] marks what was committed and not marked, before it serves it', async () => {
    const dir = tempDir();
    const log = await open(dir);
    await log.append(entry('a'));
    const mark = readFileSync(join(dir, 'log.mark'));
    await log.append(entry('b'));
    const copied = crashCopy(dir);
    // As if it had been killed between the COMMIT and the mark.
    writeFileSync(join(copied, 'log.mark'), mark);
    const copy = await open(copied);
    expect(await copy.bounds(room)).toMatchObject({ head: 2 });
    expect(readFileSync(join(copied, 'log.mark')).equals(mark)).toBe(false);
    await Promise.all([log.close(), copy.close()]);
  });

  it('keeps its files to its own user', async () => {
    const dir = tempDir();
    const log = await open(dir);
    await log.append(entry('a'));
    for (const name of ['log.db', 'log.db-wal', 'log.mark']) {
      expect(statSync(join(dir, name)).mode & 0o077, name).toBe(0);
    }
    await log.close();
  });

  it('[LOG3] refuses to serve an event whose bytes have turned', async () => {
    const dir = tempDir();
    const log = await open(dir);
    await log.append(entry('the quick brown fox'));
    await log.close();
    const path = join(dir, 'log.db');
    const bytes = readFileSync(path);
    bytes[bytes.indexOf('quick')] = 'Q'.charCodeAt(0);
    writeFileSync(path, bytes);
    const next = await open(dir);
    await expect(next.read(room, { after: 0, limit: 1 })).rejects.toMatchObject({
      code: 'LOG_DAMAGED',
    });
    expect(await next.append(entry('b'))).toMatchObject({ offset: 2 });
    await next.close();
  });

  it.each([
    ['is no database', () => Buffer.from('this is not a database, it is a text file'.repeat(200))],
    ['has a broken page', (good: Buffer) => good.fill(0x5a, 4096, 12_288)],
    ['is cut in half', (good: Buffer) => good.subarray(0, good.length / 2)],
  ])('refuses to start when the database %s, and says what to do', async (_, spoil) => {
    const dir = tempDir();
    const log = await open(dir);
    for (let index = 0; index < 50; index += 1) await log.append(entry('x'.repeat(500)));
    await log.close();
    const path = join(dir, 'log.db');
    writeFileSync(path, spoil(readFileSync(path)));
    const error = await open(dir).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(StartError);
    expect(error).toMatchObject({ advice: expect.stringMatching(/backup/) });
    expect((error as StartError).message).toContain('log.db is damaged');
  });

  it('refuses a second server on the same directory, and takes it when the first has gone', async () => {
    const dir = tempDir();
    const first = await open(dir);
    await expect(open(dir)).rejects.toThrow(/another server \(process \d+\) is using/);
    expect(await first.append(entry('a'))).toMatchObject({ offset: 1 });
    await first.close();
    await (await open(dir)).close();
  });

  it('refuses a data directory that is a file', async () => {
    const file = join(tempDir(), 'file');
    writeFileSync(file, '');
    await expect(open(file)).rejects.toBeInstanceOf(StartError);
  });

  it('[LOG4] catches up with a backlog in steps when retention shrinks', async () => {
    const dir = tempDir();
    const name = { kind: 'small', id: 'r' };
    const wide = { small: { maxEvents: 10_000, maxAgeMs: 1e12 } };
    const options = { dir, onDamage: () => {}, onTrouble: () => {}, onError: () => {} };
    const log = await createSqliteLog({ ...options, retention: wide });
    await Promise.all(Array.from({ length: 1_500 }, () => log.append(entry('x', { room: name }))));
    await log.close();
    const narrow = await open(dir);
    const firsts: number[] = [];
    for (let index = 0; index < 4; index += 1) {
      await narrow.append(entry('y', { room: name }));
      firsts.push((await narrow.bounds(name)).first);
    }
    expect(firsts.at(0)).toBeGreaterThan(400);
    expect(firsts.at(0)).toBeLessThan(600);
    expect(firsts.at(-1)).toBe(1_500);
    await narrow.close();
  });
});
