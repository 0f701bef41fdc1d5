import { execFileSync, spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { signToken } from '../../server/index.ts';
import { HOUR } from '../../shared/index.ts';
import { stockClient } from '../kit/clients.ts';
import { serverProcess } from '../kit/server-process.ts';
import { tempDir } from '../kit/temp-dir.ts';

const secret = 'a secret that is long enough for HS256';
const text = 'y'.repeat(3_000);
// util-linux has it: on every Debian, not on every other system.
const canLimit = spawnSync('prlimit', ['--version']).status === 0;

describe('a disk that is full', () => {
  it.skipIf(!canLimit)(
    `${canLimit ? '' : 'NOT TESTED, no prlimit on this machine: '}[LOG2] refuses publishes and says so, serves what there is, and heals by itself`,
    async () => {
      const env = { DATA_DIR: tempDir(), AUTH_SECRET: secret, LIMITS: 'off' };
      // No file may grow beyond this: what a full disk does, to this process alone.
      const server = await serverProcess(env, { under: ['prlimit', '--fsize=700000:'] });
      const expiresAt = Date.now() + HOUR;
      const token = await signToken(secret, { id: 'ada', name: 'Ada', expiresAt });
      const { trpc } = stockClient(server.socketUrl, token);
      const send = (number: number) =>
        trpc.chat.send.mutate({ room: 'r', text, idempotencyKey: `k${number}` });
      let acked = 0;
      const refused = await (async () => {
        for (;;) {
          try {
            await send(acked + 1);
            acked += 1;
          } catch (error) {
            return error;
          }
        }
      })();
      expect(refused).toMatchObject({ data: { reason: 'LOG_UNAVAILABLE', retryable: true } });
      expect(acked).toBeGreaterThan(10);
      const ready = await fetch(`${server.url}/readyz`);
      expect([ready.status, await ready.json()]).toMatchObject([503, { status: 'not ready' }]);
      expect((await trpc.chat.history.query({ room: 'r', limit: 5 })).events).toHaveLength(5);
      await expect(send(acked + 1)).rejects.toMatchObject({ data: { reason: 'LOG_UNAVAILABLE' } });

      execFileSync('prlimit', ['--pid', String(server.pid), '--fsize=unlimited:']);
      const ack = await send(acked + 1);
      expect(ack).toMatchObject({
        level: 'disk',
        position: expect.stringMatching(`:${acked + 1}$`),
      });
      expect((await fetch(`${server.url}/readyz`)).status).toBe(200);

      await server.stop('SIGKILL');
      const again = await serverProcess(env);
      const next = stockClient(again.socketUrl, token);
      const epoch = ack.position.split(':')[0];
      const page = await next.trpc.chat.history.query({ room: 'r', limit: 200 });
      expect(page.events.map(({ position }) => position)).toEqual(
        Array.from({ length: acked + 1 }, (_, index) => `${epoch}:${index + 1}`),
      );
    },
  );
});
