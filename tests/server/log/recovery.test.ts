import { readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { entry, openLog } from '../../kit/log-files.ts';
import { general } from '../../kit/rooms.ts';
import { tempDir } from '../../kit/temp-dir.ts';

/** Copies of the files as they are at this moment: what a crash would leave behind. */
function crashCopy(from: string): string {
  const to = tempDir();
  for (const name of readdirSync(from)) {
    if (name !== 'lock.db') writeFileSync(join(to, name), readFileSync(join(from, name)));
  }
  return to;
}

describe('SQLite log', () => {
  it('[LOG2] has everything acknowledged in its files when it dies without closing', async () => {
    const dir = tempDir();
    const log = await openLog(dir);
    const acks = await Promise.all(['a', 'b', 'c'].map((text) => log.append(entry(text))));
    const damage: string[] = [];
    const copy = await openLog(crashCopy(dir), damage);
    const page = await copy.read(general, { after: 0, limit: 9 });
    expect(page.events.map(({ offset }) => offset)).toEqual(acks.map(({ offset }) => offset));
    expect([page.epoch, damage]).toEqual([acks[0]?.epoch, []]);
    await Promise.all([log.close(), copy.close()]);
  });

  it('[LOG3] begins a new epoch when the tail of the WAL is lost', async () => {
    const dir = tempDir();
    const log = await openLog(dir);
    const before = await log.append(entry('a'));
    for (const text of ['b', 'c', 'd']) await log.append(entry(text));
    const copied = crashCopy(dir);
    const wal = join(copied, 'log.db-wal');
    truncateSync(wal, statSync(wal).size - 5_000);
    const damage: string[] = [];
    const copy = await openLog(copied, damage);
    expect(damage).toHaveLength(1);
    expect(damage[0]).toMatch(/lost its last \d+ commits/);
    expect((await copy.bounds(general)).epoch).not.toBe(before.epoch);
    await copy.close();
    // The loss is told once: from here on it is the log's new life.
    const later: string[] = [];
    const again = await openLog(copied, later);
    expect(later).toEqual([]);
    await Promise.all([log.close(), again.close()]);
  });

  it.each(['removed', 'garbage', 'empty'])(
    '[LOG3] begins a new epoch when the mark is %s',
    async (how) => {
      const dir = tempDir();
      const log = await openLog(dir);
      const before = await log.append(entry('a'));
      await log.close();
      const mark = join(dir, 'log.mark');
      if (how === 'removed') rmSync(mark);
      else writeFileSync(mark, how === 'garbage' ? 'x'.repeat(8192) : '');
      const damage: string[] = [];
      const next = await openLog(dir, damage);
      expect(damage[0]).toMatch(/mark/);
      const bounds = await next.bounds(general);
      expect(bounds.epoch).not.toBe(before.epoch);
      expect(bounds.head).toBe(1);
      await next.close();
    },
  );

  it('[LOG3] survives a torn write of one slot of the mark', async () => {
    const dir = tempDir();
    const log = await openLog(dir);
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
    const next = await openLog(dir, damage);
    expect(damage).toEqual([]);
    await next.close();
  });

  it('[LOG3] begins a new epoch when the database was replaced by an older copy', async () => {
    const dir = tempDir();
    const log = await openLog(dir);
    const before = await log.append(entry('a'));
    await log.close();
    const old = readFileSync(join(dir, 'log.db'));
    const more = await openLog(dir);
    await more.append(entry('b'));
    await more.close();
    writeFileSync(join(dir, 'log.db'), old);
    const damage: string[] = [];
    const next = await openLog(dir, damage);
    expect(damage[0]).toMatch(/lost its last/);
    expect((await next.bounds(general)).epoch).not.toBe(before.epoch);
    await next.close();
  });

  it('[LOG3] marks what was committed and not marked, before it serves it', async () => {
    const dir = tempDir();
    const log = await openLog(dir);
    await log.append(entry('a'));
    const mark = readFileSync(join(dir, 'log.mark'));
    await log.append(entry('b'));
    const copied = crashCopy(dir);
    // As if it had been killed between the COMMIT and the mark.
    writeFileSync(join(copied, 'log.mark'), mark);
    const copy = await openLog(copied);
    expect(await copy.bounds(general)).toMatchObject({ head: 2 });
    expect(readFileSync(join(copied, 'log.mark')).equals(mark)).toBe(false);
    await Promise.all([log.close(), copy.close()]);
  });
});
