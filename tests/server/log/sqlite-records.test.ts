import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, describe, expect, it } from 'vitest';
import { backupLog } from '../../../server/log/sqlite/backup.ts';
import { restoreLog } from '../../../server/log/sqlite/restore.ts';
import { createSqliteStore, type SqliteStore } from '../../../server/log/sqlite/sqlite-log.ts';
import { StartError } from '../../../server/start-error.ts';
import { recordsContract } from '../../contract/records-contract.ts';
import { retention } from '../../contract/room-log-contract.ts';
import { putFiles, takeFiles } from '../../kit/log-files.ts';
import { tempDir } from '../../kit/temp-dir.ts';

const base = mkdtempSync(join(tmpdir(), 'trpc-rooms-records-'));
afterAll(() => rmSync(base, { recursive: true, force: true }));

const P = 'user/ada';
const entry = {
  room: { kind: 'chat', id: 'r' },
  type: 'm',
  data: '1',
  by: { id: 'ada', name: 'Ada' },
  at: 1,
};

function open(dir: string, damage: string[] = []): Promise<SqliteStore> {
  const onDamage = (what: string) => void damage.push(what);
  return createSqliteStore({ dir, retention, onDamage, onTrouble: () => {}, onError: () => {} });
}

/** A directory whose store was closed after two records were written, and one of them once more. */
async function writtenDir(): Promise<string> {
  const dir = tempDir();
  const { records } = await open(dir);
  await records.write(P, [
    { key: 'x', value: '1' },
    { key: 'y', value: '1' },
  ]);
  await records.write(P, [{ key: 'x', value: '2' }]);
  await records.close();
  return dir;
}

recordsContract('SQLite', async () => (await open(mkdtempSync(join(base, 'store-')))).records);

describe('SQLite records', () => {
  it('keep values and versions over a restart, beside the log', async () => {
    const dir = tempDir();
    const first = await open(dir);
    const [, ack] = await Promise.all([
      first.records.write(P, [{ key: 'x', value: '1' }]),
      first.log.append(entry),
    ]);
    await first.log.close();
    const second = await open(dir);
    const kept = await second.records.read(P, 'x');
    expect(kept).toMatchObject({ value: '1' });
    const version = kept?.version ?? 0;
    expect(await second.records.write(P, [{ key: 'x', value: '2', expected: version }])).toBe(true);
    expect((await second.records.read(P, 'x'))?.version).toBeGreaterThan(version);
    expect(await second.log.bounds(entry.room)).toMatchObject({ head: 1, epoch: ack.epoch });
    await second.records.close();
  });

  it('[LOG2] have everything acknowledged in the files when the server dies', async () => {
    const dir = tempDir();
    const store = await open(dir);
    const writes = Array.from({ length: 20 }, (_, n) =>
      store.records.write(`user/u${n}`, [{ key: 'x', value: String(n) }]),
    );
    await Promise.all(writes);
    const copied = tempDir();
    putFiles(copied, takeFiles(dir));
    const damage: string[] = [];
    const copy = await open(copied, damage);
    for (let n = 0; n < 20; n += 1) {
      expect(await copy.records.read(`user/u${n}`, 'x')).toMatchObject({ value: String(n) });
    }
    expect(damage).toEqual([]);
    await Promise.all([store.log.close(), copy.log.close()]);
  });

  it('[LOG3] count for the commit mark: an older copy of the database is damage', async () => {
    const dir = tempDir();
    const store = await open(dir);
    await store.records.write(P, [{ key: 'x', value: '1' }]);
    const before = takeFiles(dir);
    await store.records.write(P, [{ key: 'x', value: '2' }]);
    const mark = new Map([...takeFiles(dir)].filter(([name]) => name === 'log.mark'));
    await store.log.close();
    const copied = tempDir();
    putFiles(copied, new Map([...before, ...mark]));
    const damage: string[] = [];
    const copy = await open(copied, damage);
    expect(damage).toEqual([expect.stringMatching(/lost its last 1 commits/)]);
    await copy.log.close();
  });

  it.each([
    ['another value', "UPDATE records SET value = '9' WHERE key = 'x'"],
    ['another key', "UPDATE records SET key = 'z' WHERE key = 'x'"],
    ['another partition', "UPDATE records SET partition = 'user/bob' WHERE key = 'x'"],
    ['a record less', "DELETE FROM records WHERE key = 'y'"],
    ['another sum', "UPDATE meta SET value = value + 1 WHERE name = 'record_sum'"],
    ['no sum', "DELETE FROM meta WHERE name = 'record_sum'"],
  ])('[LOG3] are not opened with %s', async (_, change) => {
    const dir = await writtenDir();
    const db = new DatabaseSync(join(dir, 'log.db'));
    db.exec(change);
    db.close();
    await expect(open(dir)).rejects.toThrow(StartError);
  });

  it('[LOG3] are not opened with a record as it once was', async () => {
    const dir = await writtenDir();
    const db = new DatabaseSync(join(dir, 'log.db'));
    const older = db.prepare("SELECT * FROM records WHERE key = 'x'").get() ?? {};
    db.close();
    const store = await open(dir);
    await store.records.write(P, [{ key: 'x', value: '3' }]);
    await store.log.close();
    const again = new DatabaseSync(join(dir, 'log.db'));
    again
      .prepare("UPDATE records SET value = ?, version = ?, checksum = ? WHERE key = 'x'")
      .run(older['value'] ?? null, older['version'] ?? null, older['checksum'] ?? null);
    again.close();
    await expect(open(dir)).rejects.toThrow(/not the last that were written/);
  });

  it('[LOG3] refuse one that is damaged while the server runs, and nothing else', async () => {
    const dir = tempDir();
    const store = await open(dir);
    await store.records.write(P, [
      { key: 'x', value: '1' },
      { key: 'y', value: '1' },
    ]);
    const db = new DatabaseSync(join(dir, 'log.db'));
    db.exec("UPDATE records SET value = '9' WHERE key = 'x'");
    db.close();
    const damaged = { code: 'LOG_DAMAGED' };
    await expect(store.records.read(P, 'x')).rejects.toMatchObject(damaged);
    await expect(store.records.list(P)).rejects.toMatchObject(damaged);
    const [bad, good] = await Promise.allSettled([
      store.records.write(P, [{ key: 'x', value: '2' }]),
      store.records.write(P, [{ key: 'y', value: '2' }]),
    ]);
    expect(bad).toMatchObject({ status: 'rejected', reason: damaged });
    expect(good).toEqual({ status: 'fulfilled', value: true });
    await store.log.close();
  });

  it('come along into a backup and out of it, and an empty backup is not mistaken', async () => {
    const dir = await writtenDir();
    const store = await open(dir);
    const file = join(tempDir(), 'rooms.backup');
    await backupLog(dir, file);
    await store.log.close();
    const restored = tempDir();
    restoreLog(file, restored, { replace: false });
    const copy = await open(restored);
    expect((await copy.records.list(P)).map(({ key, value }) => key + value)).toEqual(['x2', 'y1']);
    await copy.log.close();

    const db = new DatabaseSync(file);
    db.exec("DELETE FROM records WHERE key = 'y'");
    db.close();
    const other = tempDir();
    expect(() => restoreLog(file, other, { replace: false })).toThrow(/records are missing/);
    expect(existsSync(join(other, 'log.db'))).toBe(false);
  });

  it('are restored from a backup that an older version made, as none', async () => {
    const dir = tempDir();
    const store = await open(dir);
    await store.log.append(entry);
    const file = join(tempDir(), 'rooms.backup');
    await backupLog(dir, file);
    await store.log.close();
    const db = new DatabaseSync(file);
    db.exec(
      `DROP TABLE records; DROP INDEX events_about; ALTER TABLE events DROP COLUMN about;
       DELETE FROM meta WHERE name LIKE 'record%' OR name = 'unscrubbed'; PRAGMA user_version = 3`,
    );
    db.close();
    const restored = tempDir();
    restoreLog(file, restored, { replace: false });
    const copy = await open(restored);
    expect(await copy.records.list(P)).toEqual([]);
    expect(await copy.records.write(P, [{ key: 'x', value: '1' }])).toBe(true);
    expect(await copy.log.bounds(entry.room)).toMatchObject({ head: 1 });
    await copy.log.close();
  });
});
