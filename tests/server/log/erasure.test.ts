import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { entry, openLog } from '../../kit/log-files.ts';
import { general } from '../../kit/rooms.ts';
import { tempDir } from '../../kit/temp-dir.ts';

describe('SQLite log', () => {
  it('[LOG5] leaves no copy of erased content in any file', async () => {
    const dir = tempDir();
    const log = await openLog(dir);
    const secret = 'tell-nobody-of-this';
    const long = `${secret} ${'x'.repeat(20_000)} ${secret}`;
    await log.append(entry('a'));
    await log.append(entry(long, { idempotencyKey: 'k' }));
    await log.append(entry('b'));
    await log.erase(general, 2);
    for (const name of readdirSync(dir)) {
      expect(readFileSync(join(dir, name)).includes(secret), name).toBe(false);
    }
    await log.close();
  });

  it('[LOG5] leaves no copy behind where pages have been split', async () => {
    const dir = tempDir();
    const log = await openLog(dir);
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
});
