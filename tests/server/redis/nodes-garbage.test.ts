import { describe, expect, it } from 'vitest';
import { entry, listen, LOG, META, redisNodes } from '../../kit/redis-nodes.ts';
import { noRedis } from '../../kit/redis-server.ts';
import { general } from '../../kit/rooms.ts';

describe.skipIf(noRedis)('nodes that share a Redis', () => {
  const { redis, node } = redisNodes();

  it('shows what it cannot read as erased, and says so once', async () => {
    const damage: string[] = [];
    const a = await node({ onDamage: (what) => damage.push(what) });
    for (const text of ['1', '2', '3', '4']) await a.log.append(entry(text));
    await redis.command('HSET', LOG, '2', 'of somebody else', '4', 'message %zz 1 - - x\n1');
    await redis.command('HDEL', LOG, '3');
    const { events } = await a.log.read(general, { after: 0, limit: 9 });
    expect(events.map(({ offset, data }) => [offset, data === null])).toEqual([
      [1, false],
      [2, true],
      [3, true],
      [4, true],
    ]);
    expect(damage).toHaveLength(1);
    expect(await a.log.append(entry('5'))).toMatchObject({ offset: 5 });
  });

  it('refuses a room whose keys another application uses, and serves the others', async () => {
    const a = await node();
    await redis.command('SET', META, 'theirs');
    await expect(a.log.append(entry('1'))).rejects.toMatchObject({ code: 'LOG_UNAVAILABLE' });
    const other = { kind: 'chat', id: 'other' };
    expect(await a.log.append(entry('1', { room: other }))).toMatchObject({ offset: 1 });
    expect(await redis.command('GET', META)).toBe('theirs');
  });

  it('takes no garbage on its channels for events, and stays', async () => {
    const a = await node();
    const heard = await listen(a.log);
    const seen: unknown[] = [];
    a.bus.subscribe(general, (message) => seen.push(message));
    const garbage = ['', 'e', 'e\n', 'eX 1\nx', 'l', 'l{', 'l{}', 'l[]', 'lnull', 'x'.repeat(1e5)];
    for (const text of garbage)
      await redis.command('SPUBLISH', 'trpc-rooms:{chat/general}:live', text);
    const { epoch } = await a.log.append(entry('1'));
    expect([heard, seen]).toEqual([[`${epoch}:1`], []]);
  });

  it('lets no room name reach the keys of another', async () => {
    const a = await node();
    const names = ['x', 'x}:log', '{x', 'x:log', 'x%7D', 'x y', 'x\r\nFLUSHALL', '*'];
    for (const kind of ['chat', 'ch/at', '{chat']) {
      for (const id of names) {
        const strange = { kind, id };
        const ack = await a.log.append(entry(`${kind} ${id}`, { room: strange }));
        expect(ack).toMatchObject({ offset: 1, duplicate: false });
      }
    }
    const keys = (await redis.command('KEYS', 'trpc-rooms:{*}:log')) as string[];
    expect(keys).toHaveLength(3 * names.length);
  });
});
