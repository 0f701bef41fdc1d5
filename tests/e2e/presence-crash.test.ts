import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect, it, onTestFinished } from 'vitest';
import { createRooms } from '../../client/index.ts';
import { signToken } from '../../server/index.ts';
import { chat, HOUR } from '../../shared/index.ts';
import { sdkClient, startServer } from '../kit/clients.ts';
import { serverProcess } from '../kit/server-process.ts';
import { tempDir } from '../kit/temp-dir.ts';
import { waitFor } from '../kit/wait-for.ts';

const CLIENT = fileURLToPath(new URL('../kit/sdk-process.ts', import.meta.url));
const SECRET = 'a secret of at least thirty-two characters';

/** A client in a process of its own, once it has joined. */
async function clientProcess(url: string, token: string) {
  const child = spawn(process.execPath, [CLIENT, url, token, 'r'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  await once(child.stdout, 'data');
  return child;
}

it('[PRE2] a client that is killed has left within 16 s, and not at once', async () => {
  const server = await startServer();
  const room = (await sdkClient(server, 'ada')).chat.join('r', { onGap: 'reload' });
  await room.ready;
  const child = await clientProcess(server.socketUrl, await server.token('bob'));
  const count = () => room.people.getSnapshot().count;
  await waitFor(() => expect(count()).toBe(2));
  const reasons: string[] = [];
  room.onFrame((frame) => {
    if (frame.type === 'presence') reasons.push(...(frame.leave ?? []).map(({ reason }) => reason));
  });
  const killedAt = performance.now();
  child.kill('SIGKILL');
  await waitFor(() => expect(count()).toBe(1), 20_000);
  const afterMs = performance.now() - killedAt;
  expect(reasons).toEqual(['timeout']);
  expect(afterMs).toBeGreaterThan(14_900);
  expect(afterMs).toBeLessThan(16_000);
});

it('[PRE2] leaves no ghost of those who did not outlive a server that was killed', async () => {
  const env = { DATA_DIR: tempDir(), AUTH_SECRET: SECRET };
  const server = await serverProcess(env);
  const token = (id: string) => signToken(SECRET, { id, name: id, expiresAt: Date.now() + HOUR });
  const rooms = createRooms({ chat }, { url: server.socketUrl, token: await token('ada') });
  onTestFinished(() => rooms.close());
  const room = rooms.chat.join('r', { onGap: 'reload' });
  await room.ready;
  const child = await clientProcess(server.socketUrl, await token('bob'));
  const ids = () => room.people.getSnapshot().users.map(({ id }) => id);
  await waitFor(() => expect(ids()).toEqual(['ada', 'bob']));
  await server.stop('SIGKILL');
  child.kill('SIGKILL');
  const diedAt = performance.now();
  await serverProcess({ ...env, PORT: String(server.port) });
  await waitFor(() => expect(ids()).toEqual(['ada']), 35_000);
  expect(performance.now() - diedAt).toBeLessThan(35_000);
});

it('[PRE2] sees nobody go or come over an orderly restart', async () => {
  const env = { DATA_DIR: tempDir(), AUTH_SECRET: SECRET };
  const server = await serverProcess(env);
  const rooms = await Promise.all(
    // Bob takes longer to come back.
    [0, 0.99].map(async (random, no) => {
      const id = ['ada', 'bob'][no] ?? '';
      const token = await signToken(SECRET, { id, name: id, expiresAt: Date.now() + HOUR });
      const client = createRooms({ chat }, { url: server.socketUrl, token, random: () => random });
      onTestFinished(() => client.close());
      return client.chat.join('r', { onGap: 'reload' });
    }),
  );
  const [ada, bob] = rooms;
  await Promise.all(rooms.map(({ ready }) => ready));
  const ids = () => ada?.people.getSnapshot().users.map(({ id }) => id);
  await waitFor(() => expect(ids()?.toSorted()).toEqual(['ada', 'bob']));
  const counts = new Set<number>();
  ada?.people.subscribe(() => counts.add(ada.people.getSnapshot().count));
  let starts = 0;
  for (const room of rooms) room.onFrame(({ type }) => void (starts += type === 'ready' ? 1 : 0));
  expect(await server.stop('SIGTERM')).toBe(0);
  await serverProcess({ ...env, PORT: String(server.port) });
  await waitFor(() => expect(starts).toBe(2), 30_000);
  await bob?.send({ text: 'back' });
  expect([...counts]).toEqual([2]);
});
