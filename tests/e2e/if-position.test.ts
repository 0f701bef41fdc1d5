import { describe, expect, it } from 'vitest';
import { startTestServer } from '../../server/testing.ts';
import { chat } from '../../shared/index.ts';
import { startServer } from '../kit/clients.ts';
import { noRedis, redisServer } from '../kit/redis-server.ts';
import { restServer } from '../kit/rest-server.ts';

const text = (said: string) => ({ text: said });
const codeOf = (call: Promise<unknown>) =>
  call.then(
    () => 'ok',
    ({ code }: { code: unknown }) => code,
  );

describe('a publish on condition that nothing else was published', () => {
  it('[SRV3] is refused where the room has moved on, and repeated by its key', async () => {
    const { rooms } = await startServer();
    const say = (said: string, how: { ifPosition: string; idempotencyKey?: string }) =>
      rooms.publish('chat', 'r', 'message', text(said), how);
    const begin = await rooms.position('chat', 'r');
    const keyed = { ifPosition: begin, idempotencyKey: 'k' };
    const first = await say('one', keyed);
    expect(await codeOf(say('late', { ifPosition: begin }))).toBe('STALE_VERSION');
    expect(await say('one', keyed)).toEqual({ ...first, duplicate: true });
    // What is not stored moves nothing.
    await rooms.publish('chat', 'r', 'typing', { typing: true });
    await say('two', { ifPosition: first.position });
    const other = { ifPosition: 'another-epoch:2' };
    expect(await codeOf(say('three', other))).toBe('STALE_POSITION');
    expect(await say('one', { ...other, idempotencyKey: 'k' })).toMatchObject({ duplicate: true });
    const { events } = await rooms.history('chat', 'r');
    expect(events.map(({ data }) => data)).toEqual([text('one'), text('two')]);
  });

  it('[SRV3] is BAD_INPUT where there is no such condition', async () => {
    const { rooms } = await startServer();
    const { position } = await rooms.publish('chat', 'r', 'message', text('one'));
    const bad = [
      rooms.publish('chat', 'r', 'message', text('x'), { ifPosition: 'here' }),
      rooms.publish('chat', 'r', 'typing', { typing: true }, { ifPosition: position }),
      rooms.publish('chat', 'r', 'message', text('x'), { ifPosition: position, replyTo: position }),
    ];
    for (const call of bad) expect(await codeOf(call)).toBe('BAD_INPUT');
    expect(await rooms.position('chat', 'r')).toBe(position);
  });

  it('[SRV3] is what backends say over REST, too', async () => {
    const { backend } = await restServer();
    const publish = (ifPosition: string) =>
      backend('POST', 'chat/rooms/r/publish', { type: 'message', data: text('hi'), ifPosition });
    const { body } = await backend('GET', 'chat/rooms/r/position');
    expect(await publish(body.position)).toMatchObject({ status: 200 });
    expect(await publish(body.position)).toMatchObject({
      status: 409,
      body: { reason: 'STALE_VERSION' },
    });
    expect(await publish('nonsense')).toMatchObject({ status: 400 });
  });

  it.skipIf(noRedis)('[SRV3] lets one of all nodes be the first, each time', async () => {
    const redis = await redisServer();
    const node = () => startTestServer({ rooms: { chat }, redisUrl: redis.url, publishing: 'off' });
    const nodes = await Promise.all([node(), node()]);
    const MOVES = 20;
    /** Adds numbers to a sum that only what is stored says, deciding anew where another was first. */
    const add = async ({ rooms }: (typeof nodes)[number]) => {
      for (let done = 0; done < MOVES;) {
        const ifPosition = await rooms.position('chat', 'sum');
        const { events } = await rooms.history('chat', 'sum', { limit: 1 });
        const before = events.map(({ data }) => (data as { text: string }).text);
        const next = text(String(Number(before[0] ?? 0) + 1));
        const code = await codeOf(rooms.publish('chat', 'sum', 'message', next, { ifPosition }));
        expect(['ok', 'STALE_VERSION']).toContain(code);
        if (code === 'ok') done += 1;
      }
    };
    await Promise.all([...nodes, ...nodes].map(add));
    const { events } = await nodes[0].rooms.history('chat', 'sum', { limit: 200 });
    const said = events.map(({ data }) => (data as { text: string }).text);
    expect(said).toEqual(Array.from({ length: 4 * MOVES }, (_, no) => String(no + 1)));
    await Promise.all(nodes.map((one) => one.close()));
    await redis.stop();
  });
});
