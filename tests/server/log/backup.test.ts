import { readdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import type { Entry, RoomLog } from '../../../server/log/room-log.ts';
import { backupLog } from '../../../server/log/sqlite/backup.ts';
import { restoreLog } from '../../../server/log/sqlite/restore.ts';
import { createSqliteLog } from '../../../server/log/sqlite/sqlite-log.ts';
import { StartError } from '../../../server/start-error.ts';
import { retention } from '../../contract/room-log-contract.ts';
import { putFiles, takeFiles } from '../../kit/log-files.ts';
import { tempDir } from '../../kit/temp-dir.ts';

const room = { kind: 'chat', id: 'general' };
const by = { id: 'ada', name: 'Ada' };
const entry = (key: string): Entry => ({
  room,
  type: 'message',
  data: JSON.stringify({ json: key }),
  by,
  at: 1,
  idempotencyKey: key,
});

function open(dir: string, damage: string[] = []): Promise<RoomLog> {
  return createSqliteLog({
    dir,
    retention,
    onDamage: (what) => damage.push(what),
    onTrouble: () => {},
    onError: () => {},
  });
}

async function fill(log: RoomLog, from: number, to: number): Promise<void> {
  const numbers = Array.from({ length: to - from + 1 }, (_, index) => from + index);
  await Promise.all(numbers.map((number) => log.append(entry(`k${number}`))));
}

/** A backup of ten events, and where they came from. */
async function backedUp() {
  const dir = tempDir();
  const file = join(tempDir(), 'rooms.backup');
  const log = await open(dir);
  await fill(log, 1, 10);
  await backupLog(dir, file);
  const { epoch } = await log.bounds(room);
  return { dir, file, log, epoch };
}

// Pages and events read well in all of these, and no server starts on them.
const UNSERVED: [what: string, sql: string, says: RegExp][] = [
  ['has lost its last event', 'DELETE FROM events WHERE offset = 10', /other events than it says/],
  ['has lost a room', 'DELETE FROM rooms; DELETE FROM events', /rooms are missing/],
  ['has lost its count', "DELETE FROM meta WHERE name = 'commits'", /commits cannot be read/],
  ['is of a newer version', 'PRAGMA user_version = 99', /newer version/],
];

describe('a backup', () => {
  it('is of one moment, though the log is written meanwhile', async () => {
    const dir = tempDir();
    const file = join(tempDir(), 'rooms.backup');
    const log = await open(dir);
    await fill(log, 1, 200);
    const over = new AbortController();
    const writing = (async () => {
      for (let from = 201; !over.signal.aborted; from += 20) await fill(log, from, from + 19);
    })();
    const { events } = await backupLog(dir, file);
    over.abort();
    await writing;
    expect(events).toBeGreaterThanOrEqual(200);
    const { head } = await log.bounds(room);
    expect(head).toBeGreaterThan(200);
    await log.close();

    const to = tempDir();
    expect(restoreLog(file, to, { replace: false })).toEqual({ rooms: 1, events });
    const restored = await open(to);
    const page = await restored.read(room, { after: 0, limit: 1_000_000 });
    expect(page.events.map(({ offset }) => offset)).toEqual(
      Array.from({ length: events }, (_, index) => index + 1),
    );
    await restored.close();
  });

  it('[LOG3] begins a new epoch when it is restored, without a word of damage', async () => {
    const { file, log, epoch } = await backedUp();
    await log.close();
    const dir = tempDir();
    restoreLog(file, dir, { replace: false });
    const damage: string[] = [];
    const restored = await open(dir, damage);
    expect(damage).toEqual([]);
    expect((await restored.bounds(room)).epoch).not.toBe(epoch);
    await restored.close();
    const again = await open(dir, damage);
    expect(damage).toEqual([]);
    await again.close();
  });

  it('[SND1] brings the idempotency keys along', async () => {
    const { file, log } = await backedUp();
    await log.close();
    const dir = tempDir();
    restoreLog(file, dir, { replace: false });
    const restored = await open(dir);
    expect(await restored.append(entry('k7'))).toMatchObject({ offset: 7, duplicate: true });
    expect(await restored.append(entry('new'))).toMatchObject({ offset: 11, duplicate: false });
    await restored.close();
  });

  it('is one file for its owner alone, and leaves nothing else behind', async () => {
    const { file, log } = await backedUp();
    await log.close();
    expect(readdirSync(join(file, '..'))).toEqual(['rooms.backup']);
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  it('is not made of a log with an event that fails its checksum', async () => {
    const { dir, log } = await backedUp();
    await log.close();
    const db = new DatabaseSync(join(dir, 'log.db'));
    db.exec("UPDATE events SET data = '{}' WHERE offset = 4");
    db.close();
    const file = join(tempDir(), 'rooms.backup');
    await expect(backupLog(dir, file)).rejects.toThrow(/offset 4 fails its checksum/);
    expect(readdirSync(join(file, '..'))).toEqual([]);
    await expect(backupLog(tempDir(), file)).rejects.toThrow(StartError);
  });

  it('does not take the place of a file of the log', async () => {
    const { dir, log } = await backedUp();
    const link = join(tempDir(), 'link');
    symlinkSync(dir, link);
    for (const file of [join(dir, 'log.db'), join(dir, 'log.mark'), join(link, 'log.db-wal')]) {
      await expect(backupLog(dir, file)).rejects.toThrow(/a file of its own there/);
    }
    expect(await log.append(entry('more'))).toMatchObject({ offset: 11 });
    await backupLog(dir, join(dir, 'rooms.backup'));
    await log.close();
    const still = await open(dir);
    expect((await still.bounds(room)).head).toBe(11);
    await still.close();
  });

  it.each(UNSERVED)('[LOG3] is not made of a log that %s', async (_, sql, says) => {
    const { dir, log } = await backedUp();
    await log.close();
    const db = new DatabaseSync(join(dir, 'log.db'));
    db.exec(sql);
    db.close();
    const file = join(tempDir(), 'rooms.backup');
    await expect(backupLog(dir, file)).rejects.toThrow(says);
    expect(readdirSync(join(file, '..'))).toEqual([]);
  });
});

describe('restoring', () => {
  it.each(UNSERVED)('[LOG3] refuses a backup that %s, as a start would', async (_, sql, says) => {
    const { dir, file, log } = await backedUp();
    await log.close();
    const db = new DatabaseSync(file);
    db.exec(sql);
    db.close();
    expect(() => restoreLog(file, dir, { replace: true })).toThrow(says);
    const still = await open(dir);
    expect((await still.bounds(room)).head).toBe(10);
    await still.close();
  });

  it('refuses a directory that a server uses, and one that holds a log', async () => {
    const { dir, file, log, epoch } = await backedUp();
    await fill(log, 11, 12);
    expect(() => restoreLog(file, dir, { replace: true })).toThrow(/another server/);
    await log.close();
    expect(() => restoreLog(file, dir, { replace: false })).toThrow(/there is a log/);
    const still = await open(dir);
    expect(await still.bounds(room)).toEqual({ epoch, first: 1, head: 12 });
    await still.close();
    restoreLog(file, dir, { replace: true });
    const restored = await open(dir);
    expect((await restored.bounds(room)).head).toBe(10);
    await restored.close();
  });

  it('keeps what it replaces, whole, in a directory that a server can be started on', async () => {
    const { dir, file, log, epoch } = await backedUp();
    await fill(log, 11, 12);
    // What a server leaves that was killed: the newest events stand in the WAL alone.
    const left = takeFiles(dir);
    await log.close();
    putFiles(dir, left);
    const { replaced } = restoreLog(file, dir, { replace: true });
    if (replaced === undefined) throw new Error('nothing was kept');
    expect(readdirSync(replaced).toSorted()).toEqual(['log.db', 'log.db-wal', 'log.mark']);
    expect(statSync(replaced).mode & 0o777).toBe(0o700);
    const damage: string[] = [];
    const kept = await open(replaced, damage);
    expect(await kept.bounds(room)).toEqual({ epoch, first: 1, head: 12 });
    await kept.close();
    const other = restoreLog(file, dir, { replace: true }).replaced;
    expect([damage, other === replaced]).toEqual([[], false]);
    expect(restoreLog(file, tempDir(), { replace: false }).replaced).toBeUndefined();
  });

  it('[LOG3] refuses a log of which a part is in its WAL', async () => {
    const { dir, log } = await backedUp();
    const to = tempDir();
    // While its server runs, and as it leaves it when it is killed.
    const restore = (from: string) => () =>
      restoreLog(join(from, 'log.db'), to, { replace: false });
    expect(restore(dir)).toThrow(/newest events are in .*log\.db-wal/);
    const left = tempDir();
    putFiles(left, takeFiles(dir));
    await log.close();
    expect(restore(left)).toThrow(/newest events are in .*log\.db-wal/);
    expect(readdirSync(to)).toEqual([]);
    expect(restore(dir)()).toMatchObject({ events: 10 });
  });

  it('refuses what is no backup, and changes nothing', async () => {
    const { dir, log } = await backedUp();
    await log.close();
    const junk = join(tempDir(), 'junk');
    writeFileSync(junk, 'not a database at all, by any means'.repeat(200));
    expect(() => restoreLog(junk, dir, { replace: true })).toThrow(StartError);
    expect(() => restoreLog(join(dir, 'none'), dir, { replace: true })).toThrow(/no file/);
    const still = await open(dir);
    expect((await still.bounds(room)).head).toBe(10);
    await still.close();
  });
});
