import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createRooms } from '../../client/index.ts';
import { startTestServer } from '../../server/testing.ts';
import { chat, type Gap } from '../../shared/index.ts';
import { tempDir } from '../kit/temp-dir.ts';
import { startCli } from './run-cli.ts';

async function cli(...argv: string[]) {
  return startCli(argv).result;
}

describe('backup and restore', () => {
  it('[LOG3] tell a reader who saw more than the backup has of the gap', async () => {
    const [dataDir, file] = [tempDir(), join(tempDir(), 'rooms.backup')];
    const server = await startTestServer({ dataDir });
    const token = await server.token('ada');
    const rooms = createRooms({ chat }, { url: server.socketUrl, token });
    onTestFinished(() => rooms.close());
    const room = rooms.chat.join('r', { onGap: 'reload' });
    await room.send({ text: 'in the backup' });
    const made = await cli('backup', '--data-dir', dataDir, '--out', file, '--json');
    expect(JSON.parse(made.stdout)).toEqual({ file, rooms: 1, events: 1 });
    const last = await room.send({ text: 'after the backup' });
    const busy = await cli('restore', '--from', file, '--data-dir', dataDir, '--replace');
    expect([busy.code, busy.stderr]).toEqual([1, expect.stringContaining('another server')]);
    rooms.close();
    await server.close();

    const done = await cli('restore', '--from', file, '--data-dir', dataDir, '--replace');
    expect([done.code, done.stdout]).toEqual([
      0,
      expect.stringMatching(/1 event of 1 room.*\nwhat was there is in .*replaced-/),
    ]);
    const again = await startTestServer({ dataDir });
    onTestFinished(() => again.close());
    const back = createRooms({ chat }, { url: again.socketUrl, token: await again.token('ada') });
    onTestFinished(() => back.close());
    const gap = await new Promise<Gap>((resolve) => {
      back.chat.join('r', { since: last.position, onGap: resolve });
    });
    expect(gap).toMatchObject({ reason: 'epoch-changed', from: last.position });
  });

  it.each([['backup'], ['restore']])('%s says what is missing', async (name) => {
    const { code, stderr } = await cli(name);
    expect([code, stderr]).toEqual([2, expect.stringMatching(/needs --(out|from)/)]);
  });
});
