import { describe, expect, it } from 'vitest';
import { startTestServer } from '../../server/testing.ts';
import { follow, startServer, stockClient } from '../kit/clients.ts';
import { tempDir } from '../kit/temp-dir.ts';
import { waitFor } from '../kit/wait-for.ts';

describe('the stock tRPC client over WebSocket', () => {
  it('sends, follows, reads history and members with nothing of ours', async () => {
    const server = await startServer();
    const { trpc } = stockClient(server.socketUrl, await server.token('ada', { name: 'Ada' }));
    const room = 'general';
    const followed = await follow(trpc, room);
    expect(followed.frames[0]?.data).toMatchObject({ type: 'ready', start: 'fresh' });
    const ack = await trpc.chat.send.mutate({ room, text: ' hello ' });
    expect(ack).toMatchObject({ level: 'memory', duplicate: false, at: expect.any(Date) });
    await waitFor(() => expect(followed.texts()).toEqual(['hello']));
    // Who came may be told in between.
    const ids = followed.frames.flatMap(({ id, data }) => (data.type === 'event' ? [id] : []));
    expect(ids).toEqual([ack.position]);
    const page = await trpc.chat.history.query({ room });
    expect(page).toMatchObject({ events: [{ by: { id: 'ada', name: 'Ada' } }], hasMore: false });
    expect(await trpc.chat.members.query({ room })).toMatchObject({
      room,
      users: [{ id: 'ada', name: 'Ada' }],
      count: 1,
    });
  });

  it('[RES3] resumes after a restart of the server, missing and repeating nothing', async () => {
    const dataDir = tempDir();
    const first = await startTestServer({ dataDir });
    const port = Number(new URL(first.url).port);
    const token = await first.token('ada');
    const { trpc } = stockClient(first.socketUrl, token);
    const followed = await follow(trpc, 'r');
    for (const text of ['a', 'b', 'c']) await trpc.chat.send.mutate({ room: 'r', text });
    await trpc.chat.typing.mutate({ room: 'r', typing: true });
    await waitFor(() => expect(followed.frames).toHaveLength(5));
    const secret = first.secret;
    await first.close();
    const second = await startServer({ dataDir, port, secret });
    const writer = stockClient(second.socketUrl, await second.token('bob')).trpc;
    await writer.chat.send.mutate({ room: 'r', text: 'd' });
    await waitFor(() => expect(followed.texts()).toEqual(['a', 'b', 'c', 'd']));
    const readies = followed.frames.flatMap(({ data }) => (data.type === 'ready' ? [data] : []));
    expect(readies.map(({ start }) => start)).toEqual(['fresh', 'resumed']);
  });

  it('[RES3] gets exactly what follows a lastEventId, be it of an event or of another frame', async () => {
    const server = await startServer();
    const { trpc } = stockClient(server.socketUrl, await server.token('ada'));
    const acks = [];
    for (const text of ['a', 'b', 'c']) acks.push(await trpc.chat.send.mutate({ room: 'r', text }));
    for (const id of [acks[0]?.position ?? '', `${acks[0]?.position}/n1`]) {
      const followed = await follow(trpc, 'r', id);
      await waitFor(() => expect(followed.texts()).toEqual(['b', 'c']));
      expect(followed.frames[0]?.data).toMatchObject({ start: 'resumed' });
      followed.unsubscribe();
    }
  });

  it('[PRE1] leaves the room when it unsubscribes and when its socket drops', async () => {
    const server = await startServer();
    const { trpc } = stockClient(server.socketUrl, await server.token('ada'));
    const other = stockClient(server.socketUrl, await server.token('bob'));
    const followed = await follow(trpc, 'r');
    await follow(other.trpc, 'r');
    const count = async () => (await trpc.chat.members.query({ room: 'r' })).count;
    expect(await count()).toBe(2);
    followed.unsubscribe();
    await waitFor(async () => expect(await count()).toBe(1));
    await other.socket.close();
    await waitFor(async () => expect(await count()).toBe(0));
  });

  it('[SND1] gets the original ack for a repeated key and CONFLICT for other data', async () => {
    const server = await startServer();
    const { trpc } = stockClient(server.socketUrl, await server.token('ada'));
    const send = (text: string) =>
      trpc.chat.send.mutate({ room: 'r', text, idempotencyKey: 'key-1' });
    const first = await send('a');
    expect(await send('a')).toEqual({ ...first, duplicate: true });
    await expect(send('b')).rejects.toMatchObject({
      data: { code: 'CONFLICT', reason: 'CONFLICT', retryable: false },
    });
  });
});
