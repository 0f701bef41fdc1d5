import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import type { RoomLog } from '../../../server/log/room-log.ts';
import { backupLog } from '../../../server/log/sqlite/backup.ts';
import { Scrubber } from '../../../server/log/sqlite/scrubber.ts';
import { createSqliteLog } from '../../../server/log/sqlite/sqlite-log.ts';
import { retention } from '../../contract/room-log-contract.ts';
import { entry } from '../../kit/log-files.ts';
import { manualClock, type ManualClock } from '../../kit/manual-clock.ts';
import { general } from '../../kit/rooms.ts';
import { tempDir } from '../../kit/temp-dir.ts';
import { waitFor } from '../../kit/wait-for.ts';

const SECRET = 'tell-nobody-of-this';

function open(dir: string, clock: ManualClock): Promise<RoomLog> {
  const ignore = () => {};
  const hear = { onDamage: ignore, onTrouble: ignore, onError: ignore };
  return createSqliteLog({ dir, retention, clock, ...hear });
}

/** Is the secret in any file of the directory? */
function isThere(dir: string): boolean {
  return readdirSync(dir).some((name) => readFileSync(join(dir, name)).includes(SECRET));
}

/** A long message, an edit of it, and its removal; others around it. */
async function sayAndRemove(log: RoomLog): Promise<void> {
  await log.append(entry('before'));
  await log.append(entry(`${SECRET} ${'x'.repeat(9_000)} ${SECRET}`, { idempotencyKey: 'k' }));
  await log.append(entry(`${SECRET}, edited`, { type: 'edited', about: 2 }));
  await log.append(entry('after'));
  await log.append(entry('', { type: 'removed', about: 2, erases: ['edited'] }));
}

describe('an entry that is refused for its guard', () => {
  it('[LOG3] leaves a log that opens again, even where it was the first of its room', async () => {
    const [dir, clock] = [tempDir(), manualClock()];
    const log = await open(dir, clock);
    const guard = { types: ['edited'], version: 7 };
    const refused = log.append(entry('x', { type: 'edited', about: 1, guard }));
    await expect(refused).rejects.toMatchObject({ code: 'STALE_VERSION' });
    await log.close();
    const again = await open(dir, clock);
    expect(await again.append(entry('a'))).toMatchObject({ offset: 1 });
    await again.close();
  });
});

describe('scrubbing', () => {
  it('[LOG5] leaves no copy of what was removed in any file, within the time', async () => {
    const [dir, clock] = [tempDir(), manualClock()];
    const log = await open(dir, clock);
    await sayAndRemove(log);
    // Told to nobody any more, and still in gaps of the files.
    const { events } = await log.read(general, { after: 0, limit: 9 });
    expect(JSON.stringify(events)).not.toContain(SECRET);
    expect(isThere(dir)).toBe(true);
    clock.advance(60_000);
    await waitFor(() => expect(isThere(dir)).toBe(false));
    await log.close();
  });

  it('[LOG5] is done before the log has closed', async () => {
    const [dir, clock] = [tempDir(), manualClock()];
    const log = await open(dir, clock);
    await sayAndRemove(log);
    await log.close();
    expect(isThere(dir)).toBe(false);
  });

  it('[LOG5] is done after a crash that came before it', async () => {
    const [dir, clock] = [tempDir(), manualClock()];
    const log = await open(dir, clock);
    await sayAndRemove(log);
    const copied = tempDir();
    for (const name of readdirSync(dir)) {
      if (name !== 'lock.db') writeFileSync(join(copied, name), readFileSync(join(dir, name)));
    }
    await log.close();
    expect(isThere(copied)).toBe(true);
    const again = await open(copied, clock);
    clock.advance(60_000);
    await waitFor(() => expect(isThere(copied)).toBe(false));
    await again.close();
  });

  it('[LOG5] of a backup is done before the backup is there', async () => {
    const [dir, clock, out] = [tempDir(), manualClock(), tempDir()];
    const log = await open(dir, clock);
    await sayAndRemove(log);
    await backupLog(dir, join(out, 'rooms.backup'));
    expect(isThere(out)).toBe(false);
    expect(isThere(dir)).toBe(true);
    await log.close();
  });

  it('is shared by all that is erased within the time', async () => {
    const clock = manualClock();
    const scrub = vi.fn(async (begin: () => void) => begin());
    const scrubber = new Scrubber({ scrub, withinMs: 60_000, clock, onError: () => {} });
    for (let index = 0; index < 100; index += 1) {
      scrubber.soon();
      clock.advance(500);
    }
    expect(scrub).toHaveBeenCalledTimes(0);
    clock.advance(10_000);
    expect(scrub).toHaveBeenCalledTimes(1);
    await scrubber.close();
    expect(scrub).toHaveBeenCalledTimes(1);
  });

  it('is tried again when it fails, and says why', async () => {
    const clock = manualClock();
    const errors: unknown[] = [];
    const scrub = vi.fn(async (begin: () => void) => {
      begin();
      throw new Error('no room');
    });
    const onError = (error: unknown) => void errors.push(error);
    const scrubber = new Scrubber({ scrub, withinMs: 1_000, clock, onError });
    scrubber.soon();
    clock.advance(1_000);
    await waitFor(() => expect(errors).toHaveLength(1));
    clock.advance(1_000);
    await waitFor(() => expect(errors).toHaveLength(2));
    await scrubber.close();
  });

  it('[LOG5] is due again when it fails for somebody who asked for it at once', async () => {
    const clock = manualClock();
    let isBroken = true;
    const scrub = vi.fn(async (begin: () => void) => {
      begin();
      if (isBroken) throw new Error('no room');
    });
    const scrubber = new Scrubber({ scrub, withinMs: 1_000, clock, onError: () => {} });
    scrubber.soon();
    await expect(scrubber.now()).rejects.toThrow('no room');
    isBroken = false;
    clock.advance(1_000);
    expect(scrub).toHaveBeenCalledTimes(2);
    await scrubber.close();
    expect(scrub).toHaveBeenCalledTimes(2);
  });
});
