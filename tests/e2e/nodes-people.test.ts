import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createRooms } from '../../client/index.ts';
import { startTestServer, type TestServer } from '../../server/testing.ts';
import { chat, defineRoom, latest } from '../../shared/index.ts';
import { follow, stockClient } from '../kit/clients.ts';
import { followMe } from '../kit/my-stream.ts';
import { roadTo } from '../kit/road.ts';
import { noRedis, redisServer, type RedisServer } from '../kit/redis-server.ts';
import { waitFor } from '../kit/wait-for.ts';

const board = defineRoom('board', {
  events: {
    topic: latest(z.object({ text: z.string() }), { key: 'room', publish: 'client' }),
    cursor: latest(z.object({ x: z.number() }), { key: 'member', publish: 'client' }),
    focus: latest(z.object({ on: z.string() }), { key: 'user', clear: 'leave', publish: 'client' }),
  },
});
const contract = { chat, board };
type Node = TestServer<typeof contract>;

describe.skipIf(noRedis)('people of two nodes over one Redis', () => {
  let redis: RedisServer;
  let nodes: Node[];
  let count = 0;
  let room = 'r';
  const open: { close(): void }[] = [];

  const node = () =>
    startTestServer({
      rooms: contract,
      redisUrl: redis.url,
      secret: 'a secret that both of the nodes share',
      presence: { holdMs: 1_000 },
    });
  beforeAll(async () => {
    redis = await redisServer();
    nodes = await Promise.all([node(), node()]);
  });
  afterAll(async () => {
    for (const one of open) one.close();
    await Promise.all(nodes.map((one) => one.close()));
    await redis.stop();
  });
  beforeEach(() => {
    room = `r${(count += 1)}`;
  });

  const sdk = async (at: Node | undefined, id: string) => {
    const url = at?.socketUrl ?? '';
    const rooms = createRooms(contract, {
      url,
      token: (await nodes[0]?.token(id)) ?? '',
      random: () => 0,
    });
    open.push(rooms);
    return rooms;
  };
  const joined = async (at: Node | undefined, id: string) => {
    const rooms = await sdk(at, id);
    const handle = rooms.chat.join(room, { onGap: 'reload' });
    await handle.ready;
    return { rooms, handle };
  };
  const boarded = async (at: Node | undefined, id: string) => {
    const rooms = await sdk(at, id);
    const handle = rooms.board.join(room, { onGap: 'reload' });
    await handle.ready;
    return handle;
  };
  const stock = async (at: Node | undefined, id: string) =>
    stockClient(at?.socketUrl ?? '', await nodes[0]?.token(id)).trpc;
  type Chat = Awaited<ReturnType<typeof joined>>['handle'];
  const ids = (handle: Chat) => handle.people.getSnapshot().users.map(({ id }) => id);

  it('[PRE1] [PRE3] are the same on both, with states, counts and `ready`', async () => {
    const [a, b] = nodes;
    const ada = await joined(a, 'ada');
    const bob = await joined(b, 'bob');
    expect(ids(bob.handle)).toEqual(['ada', 'bob']);
    await waitFor(() => expect(ids(ada.handle)).toEqual(['ada', 'bob']));
    await ada.handle.setPresence({ status: 'away' });
    const stateOf = () => bob.handle.people.getSnapshot().users[0]?.state;
    await waitFor(() => expect(stateOf()).toEqual({ status: 'away' }));
    expect(await bob.handle.members()).toMatchObject({ count: 2 });
    const cy = await joined(a, 'cy');
    await waitFor(() => expect(ids(bob.handle)).toEqual(['ada', 'bob', 'cy']));
    cy.handle.leave();
    await waitFor(() => expect(ids(bob.handle)).toEqual(['ada', 'bob']));
    ada.rooms.close();
    await waitFor(() => expect(ids(bob.handle)).toEqual(['bob']));
  });

  it('[TYP1] are shown typing on the other node, to newcomers too, until they stop, send or go', async () => {
    const [a, b] = nodes;
    const ada = await joined(a, 'ada');
    const bob = await joined(b, 'bob');
    const typing = (handle: Chat) => handle.typingUsers.getSnapshot().users.map(({ id }) => id);
    await ada.handle.typing();
    await waitFor(() => expect(typing(bob.handle)).toEqual(['ada']));
    const cy = await joined(b, 'cy');
    expect(typing(cy.handle)).toEqual(['ada']);
    // A node that opens the room only now.
    const c = await node();
    const dan = await joined(c, 'dan');
    expect(typing(dan.handle)).toEqual(['ada']);
    await ada.handle.send({ text: 'done' });
    // Sooner than it would expire (TYP1).
    await waitFor(() => expect(typing(bob.handle)).toEqual([]), 4_000);
    await waitFor(() => expect(typing(dan.handle)).toEqual([]), 4_000);
    await ada.handle.typing();
    await waitFor(() => expect(typing(bob.handle)).toEqual(['ada']));
    ada.rooms.close();
    await waitFor(() => expect(typing(bob.handle)).toEqual([]), 4_000);
    dan.rooms.close();
    await c.close();
  });

  it('[CON1] find the latest values on whichever node they come to, and no value of those who left', async () => {
    const [a, b] = nodes;
    const ada = await boarded(a, 'ada');
    await ada.publish('topic', { text: 'one' });
    await ada.publish('topic', { text: 'two' });
    await ada.publish('cursor', { x: 1 });
    await ada.publish('focus', { on: 'cell' });
    const bob = await boarded(b, 'bob');
    const of = (handle: typeof bob, type: 'topic' | 'cursor' | 'focus') =>
      [...handle.latest(type).getSnapshot().values()].map(({ data }) => data);
    expect([of(bob, 'topic'), of(bob, 'cursor'), of(bob, 'focus')]).toEqual([
      [{ text: 'two' }],
      [{ x: 1 }],
      [{ on: 'cell' }],
    ]);
    ada.leave();
    await waitFor(() => expect([of(bob, 'cursor'), of(bob, 'focus')]).toEqual([[], []]));
    bob.leave();
    // Nobody is there any more, on either node; the topic is the room's.
    const cy = await boarded(b, 'cy');
    expect([of(cy, 'topic'), of(cy, 'cursor')]).toEqual([[{ text: 'two' }], []]);
    const dan = await boarded(a, 'dan');
    expect(of(dan, 'topic')).toEqual([{ text: 'two' }]);
  });

  it('[CON1] are shown a cursor again on the other node, once its line has broken and is back', async () => {
    const [a, b] = nodes;
    const road = await roadTo({ url: a?.url ?? '' });
    const ada = await boarded(a && { ...a, socketUrl: road.url }, 'ada');
    const bob = await boarded(b, 'bob');
    const cursors = (handle: typeof bob) =>
      [...handle.latest('cursor').getSnapshot().values()].map(({ data }) => data.x);
    await ada.publish('cursor', { x: 1 });
    await waitFor(() => expect(cursors(bob)).toEqual([1]));
    road.cut();
    await waitFor(() => expect(cursors(bob)).toEqual([]));
    await waitFor(() => expect(cursors(bob)).toEqual([1]));
    for (const at of [a, b]) expect(cursors(await boarded(at, 'cy'))).toEqual([1]);
  });

  it('[CON1] agree about values after the links that listen were cut', async () => {
    const [a, b] = nodes;
    const ada = await boarded(a, 'ada');
    const bob = await boarded(b, 'bob');
    const of = (handle: typeof bob) =>
      [...handle.latest('topic').getSnapshot().values()].map(({ data }) => data.text);
    for (let n = 0; n < 6; n += 1) {
      await redis.command('CLIENT', 'KILL', 'TYPE', 'pubsub');
      await (n % 2 ? ada : bob).publish('topic', { text: `${n}` });
    }
    await waitFor(() => expect([of(ada), of(bob)]).toEqual([['5'], ['5']]));
  });

  it('[USR1] hear whispers and notices on the other node, on all their devices', async () => {
    const [a, b] = nodes;
    const ada = await stock(a, 'ada');
    const [bob, bobToo] = [await stock(b, 'bob'), await stock(a, 'bob')];
    await follow(ada, room);
    await follow(bob, room);
    const streams = await Promise.all([ada, bob, bobToo].map((trpc) => followMe(trpc)));
    const refused = ada.chat.whisper.mutate({ room, to: 'nobody', text: 'x' });
    await expect(refused).rejects.toMatchObject({ data: { reason: 'FORBIDDEN' } });
    await ada.chat.whisper.mutate({ room, to: 'bob', text: 'psst' });
    for (const stream of streams) {
      await waitFor(() => expect(stream.events()).toMatchObject([{ type: 'whisper' }]));
    }
    await a?.rooms.notify('bob', 'notification', { code: 'hello', params: {} });
    for (const stream of streams.slice(1)) {
      await waitFor(() => expect(stream.events().at(-1)?.type).toBe('notification'));
    }
    await bob.me.markSeen.mutate({ position: streams[1]?.frames.at(-1)?.id ?? '' });
    expect(await bobToo.me.state.query()).toEqual(await bob.me.state.query());
  });

  it('[RDG1] [RDG3] have one mark of what they have read, on whichever node', async () => {
    const [a, b] = nodes;
    const ada = await stock(a, 'ada');
    const [bob, bobToo] = [await stock(b, 'bob'), await stock(a, 'bob')];
    const atB = await follow(bob, room);
    const atA = await follow(bobToo, room);
    const [first] = [
      await ada.chat.send.mutate({ room, text: '1' }),
      await ada.chat.send.mutate({ room, text: '2' }),
    ];
    expect(await bob.chat.unread.query({ rooms: [room] })).toMatchObject({
      rooms: [{ room, unread: 2 }],
    });
    await bob.chat.markRead.mutate({ room, position: first.position });
    for (const { frames } of [atA, atB]) {
      await waitFor(() => expect(frames.map(({ data }) => data.type)).toContain('unread'));
    }
    expect(await bobToo.chat.unread.query({ rooms: [room] })).toMatchObject({
      rooms: [{ room, unread: 1 }],
    });
    const receipts = await ada.chat.receipts.query({ room });
    expect(receipts.readers).toMatchObject([{ user: { id: 'bob' }, position: first.position }]);
  });

  it('[AUT1] belong to rooms on both nodes, and lose them on both', async () => {
    const [a, b] = nodes;
    const ada = await stock(a, 'ada');
    const [bob, bobToo] = [await stock(b, 'bob'), await stock(a, 'bob')];
    await ada.chat.create.mutate({ id: room, private: true });
    const closed = bob.chat.history.query({ room });
    await expect(closed).rejects.toMatchObject({ data: { reason: 'FORBIDDEN' } });
    await ada.chat.invite.mutate({ room, user: 'bob' });
    await bob.chat.accept.mutate({ room });
    const feeds = [await follow(bob, room), await follow(bobToo, room)];
    await bob.chat.send.mutate({ room, text: 'hello' });
    for (const feed of feeds) await waitFor(() => expect(feed.texts()).toEqual(['hello']));
    const since = performance.now();
    await ada.chat.removeMember.mutate({ room, user: 'bob' });
    for (const { frames } of feeds) {
      await waitFor(() => expect(frames.at(-1)?.data).toMatchObject({ type: 'revoked' }));
    }
    expect(performance.now() - since).toBeLessThan(1_000);
    await expect(bob.chat.send.mutate({ room, text: 'x' })).rejects.toMatchObject({
      data: { reason: 'FORBIDDEN' },
    });
    const { users } = await ada.chat.members.query({ room });
    expect(users).toEqual([]);
  });
});
