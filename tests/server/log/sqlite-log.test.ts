import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { createSqliteLog } from '../../../server/log/sqlite/sqlite-log.ts';
import { StartError } from '../../../server/start-error.ts';
import { logChangesContract } from '../../contract/log-changes-contract.ts';
import { logWitnessContract } from '../../contract/log-witness-contract.ts';
import { roomLogContract } from '../../contract/room-log-contract.ts';
import { entry, openLog } from '../../kit/log-files.ts';
import { general } from '../../kit/rooms.ts';
import { tempDir } from '../../kit/temp-dir.ts';

const base = mkdtempSync(join(tmpdir(), 'trpc-rooms-contract-'));
afterAll(() => rmSync(base, { recursive: true, force: true }));

roomLogContract('SQLite', 'disk', () => openLog(mkdtempSync(join(base, 'log-'))));
logChangesContract('SQLite', () => openLog(mkdtempSync(join(base, 'log-'))));
logWitnessContract('SQLite', () => openLog(mkdtempSync(join(base, 'log-'))));

describe('SQLite log', () => {
  it.each<[what: string, wrong: object]>([
    ['key', { idempotencyKey: 42 }],
    ['user', { by: { id: 7, name: 'Seven' } }],
    ["user's name", { by: { id: 'bot' } }],
    ['time', { at: Number.NaN }],
    ['text', { data: '"half a pair: \ud83d"' }],
  ])('[LOG2] refuses an event whose %s is none, and keeps those beside it', async (_, wrong) => {
    const log = await openLog(tempDir());
    const [before, refused, after] = await Promise.allSettled([
      log.append(entry('a', { idempotencyKey: 'k' })),
      log.append(entry('b', wrong)),
      log.append(entry('c', { by: { id: 'bob', name: 'Bob' } })),
    ]);
    expect(refused).toMatchObject({ reason: { code: 'BAD_INPUT' } });
    expect([before.status, after.status]).toEqual(['fulfilled', 'fulfilled']);
    const { events } = await log.read(general, { after: 0, limit: 10 });
    expect(events.map(({ data, by }) => [data, by.id])).toEqual([
      ['{"json":"a"}', 'ada'],
      ['{"json":"c"}', 'bob'],
    ]);
    await log.close();
  });

  it('[LOG2] keeps batches of any size and in any letters, one after the other', async () => {
    const log = await openLog(tempDir());
    const long = ['x'.repeat(300_000), 'é'.repeat(150_000), '𝒳'.repeat(70_000)];
    const texts = ['a', ...long, '\ufeffé', '\u0000', ...long, '世界', '😀'].map(
      (text) => `"${text}"`,
    );
    for (const data of texts) await log.append(entry('', { data }));
    await Promise.all(texts.map((data) => log.append(entry('', { data }))));
    const { events } = await log.read(general, { after: 0, limit: 100 });
    expect(events.map(({ data }) => data)).toEqual([...texts, ...texts]);
    await log.close();
  });

  it('keeps events, keys and epoch over a restart', async () => {
    const dir = tempDir();
    const first = await openLog(dir);
    const done = await first.append(entry('a', { idempotencyKey: 'k' }));
    await first.close();
    const second = await openLog(dir);
    expect(await second.append(entry('a', { idempotencyKey: 'k' }))).toEqual({
      ...done,
      duplicate: true,
    });
    expect(await second.append(entry('b'))).toMatchObject({ epoch: done.epoch, offset: 2 });
    await second.close();
  });

  it('keeps its files to its own user', async () => {
    const dir = tempDir();
    const log = await openLog(dir);
    await log.append(entry('a'));
    for (const name of ['log.db', 'log.db-wal', 'log.mark']) {
      expect(statSync(join(dir, name)).mode & 0o077, name).toBe(0);
    }
    await log.close();
  });

  it('refuses a second server on the same directory, and takes it when the first has gone', async () => {
    const dir = tempDir();
    const first = await openLog(dir);
    await expect(openLog(dir)).rejects.toThrow(/another server \(process \d+\) is using/);
    expect(await first.append(entry('a'))).toMatchObject({ offset: 1 });
    await first.close();
    await (await openLog(dir)).close();
  });

  it('refuses a data directory that is a file', async () => {
    const file = join(tempDir(), 'file');
    writeFileSync(file, '');
    await expect(openLog(file)).rejects.toBeInstanceOf(StartError);
  });

  it('[LOG5] refuses an erasure that is asked for while it closes, whenever that is', async () => {
    for (let turns = 0; turns < 6; turns += 1) {
      const log = await openLog(tempDir());
      await log.append(entry('secret'));
      const closed = log.close();
      for (let turn = 0; turn < turns; turn += 1) await Promise.resolve();
      await expect(log.erase(general, 1)).rejects.toMatchObject({ code: 'LOG_UNAVAILABLE' });
      await closed;
    }
  });

  it('[LOG4] keeps as many as were asked for, and a 32nd more at most', async () => {
    const retention = { chat: { maxEvents: 320, maxAgeMs: 1e12 } };
    const options = { dir: tempDir(), onDamage: () => {}, onTrouble: () => {}, onError: () => {} };
    const log = await createSqliteLog({ ...options, retention });
    const kept: number[] = [];
    for (let index = 0; index < 80; index += 1) {
      await Promise.all(Array.from({ length: 5 }, () => log.append(entry('x'))));
      const { first, head } = await log.bounds(general);
      kept.push(head - first + 1);
    }
    const since = kept.slice(320 / 5);
    expect(Math.min(...since)).toBe(320);
    expect(Math.max(...since)).toBe(330);
    await log.close();
  });

  it('[LOG4] catches up with a backlog in steps when retention shrinks', async () => {
    const dir = tempDir();
    const name = { kind: 'small', id: 'r' };
    const wide = { small: { maxEvents: 10_000, maxAgeMs: 1e12 } };
    const options = { dir, onDamage: () => {}, onTrouble: () => {}, onError: () => {} };
    const log = await createSqliteLog({ ...options, retention: wide });
    await Promise.all(Array.from({ length: 1_500 }, () => log.append(entry('x', { room: name }))));
    await log.close();
    const narrow = await openLog(dir);
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
