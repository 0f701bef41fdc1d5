import { describe, expect, it } from 'vitest';
import { entry, listen, LOG, META, redisNodes } from '../../kit/redis-nodes.ts';
import { noRedis } from '../../kit/redis-server.ts';
import { ada, general } from '../../kit/rooms.ts';
import { waitFor } from '../../kit/wait-for.ts';

describe.skipIf(noRedis)('nodes that share a Redis', () => {
  const { redis, node } = redisNodes();

  it('[LOG1] hear every event once and in the same order, whoever appends', async () => {
    const [a, b] = [await node(), await node()];
    const [atA, atB] = [await listen(a.log), await listen(b.log)];
    const acks = await Promise.all(
      Array.from({ length: 200 }, (_, n) => (n % 2 ? a : b).log.append(entry(`n${n}`))),
    );
    const epoch = acks[0]?.epoch;
    const all = Array.from({ length: 200 }, (_, n) => `${epoch}:${n + 1}`);
    await waitFor(() => expect([atA, atB]).toEqual([all, all]));
    expect(new Set(acks.map(({ offset }) => offset)).size).toBe(200);
  });

  it('[SRV2] tell witnesses each event on the node that has appended it, in order, whatever becomes of the scripts', async () => {
    const nodes = [await node(), await node()];
    const heard = nodes.map(({ log }) => {
      const offsets: number[] = [];
      log.witness('chat', (_, { offset }) => offsets.push(offset));
      return offsets;
    });
    // One of them serves the room as well.
    const atA = nodes[0] && (await listen(nodes[0].log));
    const late: unknown[] = [];
    const appending: Promise<unknown>[] = [];
    for (let n = 0; n < 400; n += 1) {
      if (n % 50 === 25) appending.push(redis.command('SCRIPT', 'FLUSH'));
      if (n % 10 === 0) await new Promise((resolve) => setImmediate(resolve));
      const at = n % 2;
      const append = async () => {
        const ack = await nodes[at]?.log.append(entry(`n${n}`));
        if (!ack || !heard[at]?.includes(ack.offset)) late.push(ack);
      };
      appending.push(append());
    }
    await Promise.all(appending);
    expect(late).toEqual([]);
    await waitFor(() => expect(atA).toHaveLength(400));
    const all = Array.from({ length: 400 }, (_, n) => n + 1);
    for (const offsets of heard) {
      expect(offsets).toEqual(offsets.toSorted((a, b) => a - b));
      expect(offsets).toHaveLength(200);
    }
    expect(heard.flat().toSorted((a, b) => a - b)).toEqual(all);
  });

  it('[SRV2] tell nobody of what was stored and could not be answered in time, nor of its repeat', async () => {
    const a = await node();
    const heard: number[] = [];
    a.log.witness('chat', (_, { offset }) => heard.push(offset));
    await a.log.append(entry('0'));
    await redis.command('CLIENT', 'PAUSE', '2500', 'WRITE');
    const late = a.log.append(entry('1', { idempotencyKey: 'k' }));
    await expect(late).rejects.toMatchObject({ code: 'LOG_UNAVAILABLE' });
    const again = () => a.log.append(entry('1', { idempotencyKey: 'k' }));
    const done = await waitFor(again);
    expect(done).toMatchObject({ offset: 2, duplicate: true });
    await a.log.append(entry('2'));
    expect(heard).toEqual([1, 3]);
  });

  it('[SND1] know each other’s keys', async () => {
    const [a, b] = [await node(), await node()];
    const first = await a.log.append(entry('x', { idempotencyKey: 'k' }));
    expect(await b.log.append(entry('x', { idempotencyKey: 'k' }))).toEqual({
      ...first,
      duplicate: true,
    });
  });

  it('[RES5] hear what was published while the link that listens was cut', async () => {
    const [a, b] = [await node(), await node()];
    const atB = await listen(b.log);
    const { epoch } = await a.log.append(entry('0'));
    for (let round = 0; round < 5; round += 1) {
      await redis.command('CLIENT', 'KILL', 'TYPE', 'pubsub');
      await a.log.append(entry(`${round}`));
    }
    const all = Array.from({ length: 6 }, (_, n) => `${epoch}:${n + 1}`);
    await waitFor(() => expect(atB).toEqual(all));
  });

  it('[RES5] hear of a last event whose message was lost, within 5 s', async () => {
    const b = await node();
    const atB = await listen(b.log);
    const { epoch } = await b.log.append(entry('1'));
    await redis.command('HSET', LOG, '2', `message ada 5 - - "Ada"\n{"json":1}`);
    await redis.command('HSET', META, 'o', '2');
    await waitFor(() => expect(atB).toEqual([`${epoch}:1`, `${epoch}:2`]));
  });

  it('carries live events to all nodes in one order, and notices until they are heard', async () => {
    const [a, b] = [await node(), await node()];
    const heard: string[][] = [[], []];
    const notices: string[][] = [[], []];
    const reached = [false, false];
    for (const [index, { bus, log }] of [a, b].entries()) {
      bus.subscribe(
        general,
        ({ number }) => void (number !== 'first' && heard[index]?.push(number)),
      );
      bus.subscribe(general, () => (reached[index] = true));
      bus.onNotice(
        ({ room: { id } }) => notices[index]?.push(id),
        () => {},
      );
      await log.bounds({ kind: '@', id: 'notices' });
    }
    const live = (number: string) => ({
      number,
      type: 'wave',
      data: '{"json":1}',
      by: ada,
      at: 1,
      memberId: undefined,
      idempotencyKey: undefined,
    });
    await waitFor(async () => {
      await a.bus.publish(general, live('first'));
      expect(reached).toEqual([true, true]);
    });
    await Promise.all(
      ['1', '2', '3', '4'].map((n) => (Number(n) % 2 ? a : b).bus.publish(general, live(n))),
    );
    await waitFor(() => expect(heard.map(({ length }) => length)).toEqual([4, 4]));
    expect(heard[0]).toEqual(heard[1]);
    await redis.command('CLIENT', 'KILL', 'TYPE', 'pubsub');
    await a.bus.announce({ room: general });
    expect(notices[0]).toEqual(['general']);
    await waitFor(() => expect(notices[1]).toEqual(['general']));
  });
});
