import { statSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { signToken } from '../../server/index.ts';
import { HOUR } from '../../shared/index.ts';
import { follow, stockClient } from '../kit/clients.ts';
import { canFailSyncs, failSyncs, type FileCall } from '../kit/failing-syncs.ts';
import { serverProcess, type ServerProcess } from '../kit/server-process.ts';
import { tempDir } from '../kit/temp-dir.ts';
import { waitFor } from '../kit/wait-for.ts';

const secret = 'a secret that is long enough for HS256';
const refused = { data: { reason: 'LOG_UNAVAILABLE', retryable: true } };
const told = canFailSyncs ? '' : 'NOT TESTED, strace cannot make syncs fail on this machine: ';

async function clientOf(server: ServerProcess) {
  const expiresAt = Date.now() + HOUR;
  const token = await signToken(secret, { id: 'ada', name: 'Ada', expiresAt });
  const { trpc } = stockClient(server.socketUrl, token);
  const send = (number: number, text = `n${number}`) =>
    trpc.chat.send.mutate({ room: 'r', text, idempotencyKey: `k${number}` });
  const texts = async () =>
    (await trpc.chat.history.query({ room: 'r', limit: 200 })).events.map(({ data }) =>
      'text' in data ? data.text : '',
    );
  return { trpc, send, texts };
}

/** A server with three acknowledged messages, and who follows them. */
async function stage() {
  const dir = tempDir();
  const env = { DATA_DIR: dir, AUTH_SECRET: secret, LIMITS: 'off' };
  const server = await serverProcess(env);
  const client = await clientOf(server);
  const followed = await follow(client.trpc, 'r');
  const acks = [await client.send(1), await client.send(2), await client.send(3)];
  await waitFor(() => expect(followed.texts()).toEqual(['n1', 'n2', 'n3']));
  const epoch = acks[0]?.position.split(':')[0];
  const again = async () => {
    await server.stop('SIGKILL');
    const next = await serverProcess(env);
    return { server: next, ...(await clientOf(next)) };
  };
  return { dir, server, followed, epoch, again, ...client };
}

/** Was everything written again before the first sync that worked? Without it that sync says nothing:
 *  the system forgets what it could not write and calls it clean. */
function isWrittenAgain(calls: readonly FileCall[]): boolean {
  const failed = calls.lastIndexOf('failed sync');
  const worked = calls.indexOf('sync', failed);
  return failed >= 0 && worked > failed && calls.slice(failed, worked).includes('write');
}

describe('a sync that fails', () => {
  it.skipIf(!canFailSyncs)(
    `${told}[LOG2] of the WAL refuses publishes, shows nobody what they were for, and heals by writing it again`,
    async () => {
      const { dir, server, send, texts, followed, epoch, again } = await stage();
      const failing = await failSyncs(server.pid, join(dir, 'log.db-wal'), { first: 2 });
      await expect(send(4)).rejects.toMatchObject(refused);
      await expect(send(5)).rejects.toMatchObject(refused);
      expect((await fetch(`${server.url}/readyz`)).status).toBe(503);
      expect(await texts()).toEqual(['n1', 'n2', 'n3']);
      expect(await send(5)).toMatchObject({ position: `${epoch}:4`, duplicate: false });
      expect(isWrittenAgain(await failing.heal())).toBe(true);
      expect((await fetch(`${server.url}/readyz`)).status).toBe(200);
      expect(await send(4)).toMatchObject({ position: `${epoch}:5`, duplicate: false });
      await waitFor(() => expect(followed.texts()).toEqual(['n1', 'n2', 'n3', 'n5', 'n4']));
      const next = await again();
      expect(await next.texts()).toEqual(['n1', 'n2', 'n3', 'n5', 'n4']);
      expect(await next.send(5)).toMatchObject({ position: `${epoch}:4`, duplicate: true });
    },
  );

  it.skipIf(!canFailSyncs)(
    `${told}[LOG3] of the mark refuses publishes, shows nobody what is not marked, and then everybody in order`,
    async () => {
      const { dir, server, send, texts, followed, epoch, again } = await stage();
      const failing = await failSyncs(server.pid, join(dir, 'log.mark'), { first: 3 });
      await expect(send(4)).rejects.toMatchObject(refused);
      await expect(send(5)).rejects.toMatchObject(refused);
      await expect(texts()).rejects.toMatchObject(refused);
      expect(followed.texts()).toEqual(['n1', 'n2', 'n3']);
      // Whoever reads has the mark written.
      expect(await texts()).toEqual(['n1', 'n2', 'n3', 'n4', 'n5']);
      expect(isWrittenAgain(await failing.heal())).toBe(true);
      await waitFor(() => expect(followed.texts()).toEqual(['n1', 'n2', 'n3', 'n4', 'n5']));
      expect((await fetch(`${server.url}/readyz`)).status).toBe(200);
      expect(await send(4)).toMatchObject({ position: `${epoch}:4`, duplicate: true });
      const next = await again();
      expect(await next.texts()).toEqual(['n1', 'n2', 'n3', 'n4', 'n5']);
    },
  );

  it.skipIf(!canFailSyncs)(
    `${told}[LOG3] of the mark, and then the tail is lost: nobody has seen another event at its place`,
    async () => {
      const { dir, server, send, followed, epoch, again } = await stage();
      const wal = join(dir, 'log.db-wal');
      const { size } = statSync(wal);
      await failSyncs(server.pid, join(dir, 'log.mark'), { withWrites: true });
      await expect(send(4)).rejects.toMatchObject(refused);
      expect(followed.texts()).toEqual(['n1', 'n2', 'n3']);
      await server.stop('SIGKILL');
      truncateSync(wal, size);
      const next = await again();
      expect(await next.send(9)).toMatchObject({ position: `${epoch}:4`, duplicate: false });
      const since = followed.frames.at(-1)?.id;
      const resumed = await follow(next.trpc, 'r', since);
      await waitFor(() => expect(resumed.texts()).toEqual(['n9']));
      expect(resumed.frames[0]?.data).toMatchObject({ type: 'ready', start: 'resumed' });
    },
  );

  it.skipIf(!canFailSyncs)(
    `${told}[LOG2] of the database under the WAL loses nothing: the WAL stays until it works`,
    async () => {
      const { dir, server, send, again } = await stage();
      const failing = await failSyncs(server.pid, join(dir, 'log.db'), { first: 2 });
      // Enough for some checkpoints: SQLite makes one after 4,000 pages.
      const text = 'y'.repeat(3_900);
      const acks: { position: string }[] = [];
      for (let from = 10; from < 4_010; from += 100) {
        const some = Array.from({ length: 100 }, (_, index) => send(from + index, text));
        acks.push(...(await Promise.all(some)));
      }
      const calls = await failing.heal();
      expect(calls.filter((call) => call === 'failed sync')).toHaveLength(2);
      expect(isWrittenAgain(calls)).toBe(true);
      const next = await again();
      const page = await next.trpc.chat.history.query({ room: 'r', limit: 200 });
      expect(page.events.at(-1)?.position).toBe(acks.at(-1)?.position);
      expect(await next.send(10, text)).toMatchObject({ ...acks[0], duplicate: true });
    },
    60_000,
  );
});
