import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { StartError } from '../../../server/start-error.ts';
import { entry, openLog } from '../../kit/log-files.ts';
import { general } from '../../kit/rooms.ts';
import { tempDir } from '../../kit/temp-dir.ts';

describe('SQLite log', () => {
  it('[LOG3] refuses to serve an event whose bytes have turned', async () => {
    const dir = tempDir();
    const log = await openLog(dir);
    await log.append(entry('the quick brown fox'));
    await log.close();
    const path = join(dir, 'log.db');
    const bytes = readFileSync(path);
    bytes[bytes.indexOf('quick')] = 'Q'.charCodeAt(0);
    writeFileSync(path, bytes);
    const next = await openLog(dir);
    await expect(next.read(general, { after: 0, limit: 1 })).rejects.toMatchObject({
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
    const log = await openLog(dir);
    for (let index = 0; index < 50; index += 1) await log.append(entry('x'.repeat(500)));
    await log.close();
    const path = join(dir, 'log.db');
    writeFileSync(path, spoil(readFileSync(path)));
    const error = await openLog(dir).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(StartError);
    expect(error).toMatchObject({ advice: expect.stringMatching(/backup/) });
    expect((error as StartError).message).toContain('log.db is damaged');
  });
});
