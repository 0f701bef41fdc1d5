import { describe, expect, it } from 'vitest';
import { entry, listen, redisNodes } from '../../kit/redis-nodes.ts';
import { noRedis } from '../../kit/redis-server.ts';
import { general } from '../../kit/rooms.ts';
import { waitFor } from '../../kit/wait-for.ts';

describe.skipIf(noRedis)('nodes that share a Redis', () => {
  const { redis, node } = redisNodes();

  it('[LOG3] tell of another epoch after FLUSHALL, and number from 1', async () => {
    const [a, b] = [await node(), await node()];
    const atB = await listen(b.log);
    const before = await a.log.append(entry('1', { idempotencyKey: 'k' }));
    await a.log.append(entry('2'));
    await redis.command('FLUSHALL');
    const after = await a.log.append(entry('1', { idempotencyKey: 'k' }));
    expect(after).toMatchObject({ offset: 1, duplicate: false });
    expect(after.epoch).not.toBe(before.epoch);
    const news = () => atB.slice(2);
    await waitFor(() => expect(news()).toEqual([`${after.epoch}>1`]));
    const next = await a.log.append(entry('3'));
    await waitFor(() => expect(news()[1]).toBe(`${next.epoch}:2`));
  });

  it('[LOG3] change nothing that has taken the place of what was lost in between', async () => {
    const a = await node();
    const { epoch } = await a.log.append(entry('1'));
    const change = (key: string, of: string) =>
      a.log.append({
        ...entry('2', { idempotencyKey: key }),
        type: 'edited',
        about: 1,
        guard: { types: ['edited'], version: 1, epoch: of },
      });
    await redis.command('FLUSHALL');
    const moved = { code: 'STALE_POSITION' };
    await expect(change('k', epoch)).rejects.toMatchObject(moved);
    const anew = await a.log.append(entry('another'));
    await expect(change('k', epoch)).rejects.toMatchObject(moved);
    expect(await change('k', anew.epoch)).toMatchObject({ offset: 2, duplicate: false });
    // A repeat has its answer, whatever it was about.
    expect(await change('k', epoch)).toMatchObject({ offset: 2, duplicate: true });
  });

  it.each([
    ['everysec', 'no'],
    ['always', 'yes'],
  ])(
    '[LOG3] begin another epoch after a restart that may have lost something, and keep what is there (%s, %s)',
    async (fsync, pauses) => {
      const how = ['--appendfsync', fsync, '--no-appendfsync-on-rewrite', pauses];
      await redis.replace('--appendonly', 'yes', ...how);
      const a = await node();
      const heard = await listen(a.log);
      const before = await a.log.append(entry('1', { idempotencyKey: 'k' }));
      // Unless each is synced, what is acknowledged can still be in Redis itself, and is lost with it.
      const persistence = async () => String(await redis.command('INFO', 'persistence'));
      await waitFor(async () => expect(await persistence()).toContain('aof_buffer_length:0'));
      await redis.kill();
      await redis.start();
      await waitFor(() => expect(a.log.failure()).toBeUndefined());
      const again = await a.log.append(entry('1', { idempotencyKey: 'k' }));
      expect(again).toMatchObject({ offset: 1, duplicate: true });
      expect(again.epoch).not.toBe(before.epoch);
      await waitFor(() => expect(heard.at(-1)).toBe(`${again.epoch}>1`));
      expect((await a.log.read(general, { after: 0, limit: 9 })).events).toHaveLength(1);
    },
  );

  it('[LOG3] keep the epoch over a restart where everything is on the disk before its ack', async () => {
    await redis.replace('--appendonly', 'yes', '--appendfsync', 'always');
    const a = await node();
    const acks = [await a.log.append(entry('1')), await a.log.append(entry('2'))];
    await redis.kill();
    await redis.start();
    await waitFor(() => expect(a.log.failure()).toBeUndefined());
    expect(await a.log.append(entry('3'))).toMatchObject({ epoch: acks[0]?.epoch, offset: 3 });
  });
});
