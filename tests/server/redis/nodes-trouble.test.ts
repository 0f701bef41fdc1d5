import { describe, expect, it } from 'vitest';
import { entry, listen, redisNodes } from '../../kit/redis-nodes.ts';
import { noRedis } from '../../kit/redis-server.ts';
import { general } from '../../kit/rooms.ts';
import { waitFor } from '../../kit/wait-for.ts';

describe.skipIf(noRedis)('nodes that share a Redis', () => {
  const { redis, node } = redisNodes();

  it('refuse quickly while Redis is gone, and heal without a restart', async () => {
    const trouble: (string | undefined)[] = [];
    const a = await node({ onTrouble: (reason) => trouble.push(reason) });
    const heard = await listen(a.log);
    await a.log.append(entry('1'));
    await redis.kill();
    await waitFor(() => expect(a.log.failure()).toContain('Redis'));
    const since = performance.now();
    const refused = { code: 'LOG_UNAVAILABLE' };
    await expect(a.log.append(entry('2'))).rejects.toMatchObject(refused);
    await expect(a.records.write('user/ada', [])).rejects.toMatchObject(refused);
    await expect(a.log.read(general, { after: 0, limit: 1 })).rejects.toMatchObject(refused);
    expect(performance.now() - since).toBeLessThan(1_000);
    await redis.start({ empty: true });
    await waitFor(() => expect(a.log.failure()).toBeUndefined());
    const after = await a.log.append(entry('3'));
    expect(after.offset).toBe(1);
    await waitFor(() => expect(heard.at(-1)).toMatch(new RegExp(`^${after.epoch}[>:]1$`)));
    expect(trouble.map((reason) => reason === undefined)).toEqual([false, true]);
  });

  it('refuse within 2.5 s while Redis hangs, and the same key finds out what happened', async () => {
    const a = await node();
    await a.log.append(entry('1'));
    redis.signal('SIGSTOP');
    const since = performance.now();
    const hanging = a.log.append(entry('2', { idempotencyKey: 'k' }));
    await expect(hanging).rejects.toMatchObject({ code: 'LOG_UNAVAILABLE' });
    expect(performance.now() - since).toBeLessThan(2_500);
    expect(a.log.failure()).toBeDefined();
    redis.signal('SIGCONT');
    await waitFor(() => expect(a.log.failure()).toBeUndefined());
    const again = await a.log.append(entry('2', { idempotencyKey: 'k' }));
    expect(again.offset).toBe(2);
    expect(await a.log.bounds(general)).toMatchObject({ head: 2 });
  });

  it('goes on when somebody empties the cache of scripts', async () => {
    const a = await node();
    await redis.command('SCRIPT', 'FLUSH');
    expect(await a.log.append(entry('1'))).toMatchObject({ offset: 1 });
  });

  it('[LOG1] numbers in the order of the calls when somebody empties the cache of scripts', async () => {
    const a = await node();
    for (let round = 0; round < 10; round += 1) {
      await redis.command('SCRIPT', 'FLUSH');
      const appending: Promise<{ offset: number }>[] = [];
      for (let n = 0; n < 40; n += 1) {
        appending.push(a.log.append(entry(`${n}`)));
        if (n % 4 === 0) await new Promise(setImmediate);
      }
      const offsets = (await Promise.all(appending)).map(({ offset }) => offset);
      expect(offsets).toEqual(offsets.map((_, n) => round * 40 + n + 1));
    }
  });
});
