import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { chat, defineRoom, durable } from '../../shared/index.ts';
import { clientsOf, startServer, stockClient } from '../kit/clients.ts';
import { call, rawSocket } from '../kit/raw-socket.ts';
import { waitFor } from '../kit/wait-for.ts';

describe('a whisper', () => {
  it('[AUT1] to a stranger, to nobody, and by one who may not: one answer, byte for byte', async () => {
    const server = await startServer({
      rooms: { chat },
      authorize: ({ user, action }) => action !== 'whisper' || user.id !== 'mute',
    });
    const ada = await rawSocket(server.socketUrl, await server.token('ada'));
    const mute = await rawSocket(server.socketUrl, await server.token('mute'));
    const bob = stockClient(server.socketUrl, await server.token('bob')).trpc;
    const stranger = stockClient(server.socketUrl, await server.token('stranger')).trpc;
    bob.chat.events.subscribe({ room: 'r' }, {});
    stranger.chat.events.subscribe({ room: 'elsewhere' }, {});
    await waitFor(async () => {
      expect(await bob.chat.members.query({ room: 'elsewhere' })).toMatchObject({ count: 1 });
    });
    const ask = async (socket: typeof ada, to: string) => {
      socket.send(call(1, 'mutation', 'chat.whisper', { room: 'r', to, text: 'psst' }));
      return JSON.stringify(await socket.next());
    };
    const answers = [
      await ask(ada, 'stranger'),
      await ask(ada, 'nobody-at-all'),
      await ask(mute, 'bob'),
      await ask(mute, 'nobody-at-all'),
    ];
    expect(answers[0]).toContain('"FORBIDDEN"');
    expect(new Set(answers).size).toBe(1);
    for (const trpc of [bob, stranger]) expect((await trpc.me.history.query()).events).toEqual([]);
  });

  it('that is empty, too long, to oneself or under a foreign key is refused without a trace', async () => {
    const { clients } = await clientsOf('ada', 'bob');
    const [ada, bob] = clients as [(typeof clients)[0], (typeof clients)[0]];
    for (const trpc of clients) trpc.chat.events.subscribe({ room: 'r' }, {});
    await waitFor(async () => {
      expect(await ada.chat.members.query({ room: 'r' })).toMatchObject({ count: 2 });
    });
    const whisper = (input: object) =>
      ada.chat.whisper.mutate({ room: 'r', to: 'bob', text: 'psst', ...input });
    const bad = { data: { reason: 'BAD_INPUT' } };
    await expect(whisper({ text: ' ' })).rejects.toMatchObject(bad);
    await expect(whisper({ text: 'x'.repeat(4_001) })).rejects.toMatchObject(bad);
    await expect(whisper({ to: 'ada' })).rejects.toMatchObject(bad);
    await expect(whisper({ to: '../bob' })).rejects.toMatchObject(bad);
    await expect(whisper({ by: 'eve' })).rejects.toMatchObject(bad);
    expect((await bob.me.history.query()).events).toEqual([]);
    await whisper({ idempotencyKey: 'k' });
    expect(await whisper({ idempotencyKey: 'k' })).toMatchObject({ duplicate: true });
    await expect(whisper({ idempotencyKey: 'k', text: 'other' })).rejects.toMatchObject({
      data: { reason: 'CONFLICT' },
    });
    expect((await bob.me.history.query()).events).toHaveLength(1);
    expect((await ada.me.history.query()).events).toHaveLength(1);
  });

  it('has no more of them than a person says: nobody is talked out of his own stream', async () => {
    const { clients } = await clientsOf('ada', 'bob');
    const [ada] = clients;
    for (const trpc of clients) trpc.chat.events.subscribe({ room: 'r' }, {});
    await waitFor(async () => {
      expect(await ada?.chat.members.query({ room: 'r' })).toMatchObject({ count: 2 });
    });
    let said = 0;
    const refusal = await (async () => {
      for (; said < 200; said += 1) {
        await ada?.chat.whisper.mutate({ room: 'r', to: 'bob', text: `${said}` });
      }
    })().catch((error: unknown) => error);
    expect(refusal).toMatchObject({
      data: { reason: 'TOO_MANY', retryAfterMs: expect.any(Number) },
    });
    // 60 at once, and two more for every second that they took.
    expect(said).toBeGreaterThanOrEqual(60);
    expect(said).toBeLessThan(100);
  });

  it('is no procedure of a kind that does not turn it on', async () => {
    const quiet = defineRoom('quiet', { events: { said: durable(z.object({})) } });
    const server = await startServer({ rooms: { quiet } });
    const socket = await rawSocket(server.socketUrl, await server.token('ada'));
    socket.send(call(1, 'mutation', 'quiet.whisper', { room: 'r', to: 'bob', text: 'x' }));
    expect(await socket.next()).toMatchObject({
      error: { json: { data: { reason: 'NO_SUCH_PROCEDURE' } } },
    });
  });
});
