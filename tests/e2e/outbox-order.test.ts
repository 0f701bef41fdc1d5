import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { IDBFactory } from 'fake-indexeddb';
import { expect, it, onTestFinished } from 'vitest';
import { createRooms, indexedDbStorage, type ClientStorage } from '../../client/index.ts';
import { fileStorage } from '../../client/node/file-storage.ts';
import type { TestServer } from '../../server/testing.ts';
import { chat } from '../../shared/index.ts';
import { startServer } from '../kit/clients.ts';
import { tempDir } from '../kit/temp-dir.ts';
import { waitFor } from '../kit/wait-for.ts';

const PUBLISHER = fileURLToPath(new URL('../kit/outbox-process.ts', import.meta.url));
const TEXTS = Array.from({ length: 20 }, (_, n) => `m${n}`);

function client(url: string, token: string, storage: ClientStorage) {
  const rooms = createRooms({ chat }, { url, token, outbox: { storage } });
  onTestFinished(() => rooms.close());
  return rooms;
}

/** The texts that the room has got, once what was left is sent. */
async function storedBy(server: TestServer, storage: ClientStorage): Promise<string[]> {
  const rooms = client(server.socketUrl, await server.token('ada'), storage);
  await waitFor(async () => expect(await storage.list('')).toEqual([]));
  const { events } = await rooms.chat.join('r', { onGap: 'reload' }).history({ limit: 200 });
  return events.map(({ data }) => (data as { text: string }).text);
}

it.each([
  ['IndexedDB', () => indexedDbStorage({ indexedDB: new IDBFactory() })],
  ['a directory', () => fileStorage(tempDir())],
])('[SND2] keeps the order of what was published in one turn, in %s', async (_, make) => {
  const server = await startServer();
  const storage = make();
  const before = client('ws://127.0.0.1:9', await server.token('ada'), storage);
  const room = before.chat.join('r', { onGap: 'reload' });
  for (const text of TEXTS) void room.send({ text });
  await waitFor(async () => expect(await storage.list('')).toHaveLength(TEXTS.length));
  before.close();
  expect(await storedBy(server, storage)).toEqual(TEXTS);
});

it('[SND2] keeps the order of what a process has published that was killed', async () => {
  const server = await startServer();
  const dir = tempDir();
  const args = [PUBLISHER, await server.token('ada'), dir, ...TEXTS];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  await once(child.stdout, 'data');
  child.kill('SIGKILL');
  await once(child, 'exit');
  expect(await storedBy(server, fileStorage(dir))).toEqual(TEXTS);
});
