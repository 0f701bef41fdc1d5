import { describe, expect, it, onTestFinished } from 'vitest';
import type { RoomHandle } from '../../client/index.ts';
import { limits, type chat, type PresenceFrame } from '../../shared/index.ts';
import { follow, sdkClient, startServer, stockClient } from '../kit/clients.ts';
import { call, rawSocket } from '../kit/raw-socket.ts';
import { roadTo } from '../kit/road.ts';
import { waitFor } from '../kit/wait-for.ts';

type Chat = RoomHandle<typeof chat>;

/** Who comes and goes, as a room shows it to others. */
function watch(room: Chat) {
  const seen: string[] = [];
  room.onFrame((frame) => {
    if (frame.type !== 'presence') return;
    for (const { id } of frame.join ?? []) seen.push(`join ${id}`);
    for (const { id, state } of frame.update ?? []) seen.push(`update ${id} ${state?.status}`);
    for (const { id, reason } of frame.leave ?? []) seen.push(`leave ${id} ${reason}`);
  });
  return seen;
}

const ids = (room: Chat) => room.people.getSnapshot().users.map(({ id }) => id);
const join = async (server: Parameters<typeof sdkClient>[0], id: string, url?: string) => {
  const rooms = await sdkClient(server, id, url);
  const room = rooms.chat.join('r', { onGap: 'reload' });
  await room.ready;
  return { rooms, room };
};

describe('people in a room', () => {
  it('[PRE1] [PRE3] are a store that follows who comes and goes', async () => {
    const server = await startServer();
    const { room } = await join(server, 'ada');
    const seen = watch(room);
    expect(room.people.getSnapshot()).toEqual({
      users: [{ id: 'ada', name: 'ada' }],
      count: 1,
      isComplete: true,
    });
    let changes = 0;
    const undo = room.people.subscribe(() => (changes += 1));
    const bob = await join(server, 'bob');
    await waitFor(() => expect(ids(room)).toEqual(['ada', 'bob']));
    expect(ids(bob.room)).toEqual(['ada', 'bob']);
    const before = room.people.getSnapshot();
    expect(room.people.getSnapshot()).toBe(before);
    const tab = await join(server, 'bob');
    bob.room.leave();
    tab.room.leave();
    await waitFor(() => expect(ids(room)).toEqual(['ada']));
    expect(seen.filter((one) => one.includes('bob'))).toEqual(['join bob', 'leave bob left']);
    expect(changes).toBeGreaterThan(0);
    undo();
  });

  it('[PRE2] are left at once by whoever closes his client', async () => {
    const server = await startServer();
    const { room } = await join(server, 'ada');
    const seen = watch(room);
    const bob = await join(server, 'bob');
    // One that nobody has unsubscribed from, either.
    const stream = bob.rooms.trpc.chat.events.subscribe({ room: 'r' }, { onData: () => {} });
    await waitFor(() => expect(seen).toContain('join bob'));
    bob.rooms.close();
    await waitFor(() => expect(seen).toContain('leave bob left'));
    stream.unsubscribe();
  });

  it('[PRE2] do not notice a connection that breaks and comes back', async () => {
    const server = await startServer({ presence: { holdMs: 3_000 } });
    const road = await roadTo(server);
    const { room } = await join(server, 'ada');
    const seen = watch(room);
    const bob = await join(server, 'bob', road.url);
    await waitFor(() => expect(ids(room)).toEqual(['ada', 'bob']));
    await bob.room.setPresence({ status: 'away' });
    await waitFor(() => expect(seen).toContain('update bob away'));
    let begun = 0;
    bob.room.onFrame((frame) => frame.type === 'ready' && (begun += 1));
    for (const round of [1, 2]) {
      road.cut();
      await waitFor(() => expect(begun).toBe(round));
    }
    // Longer than the seats are held.
    await new Promise((resolve) => setTimeout(resolve, 3_500));
    expect(seen.filter((one) => one.includes('bob'))).toEqual(['join bob', 'update bob away']);
    road.close();
    await waitFor(() => expect(seen).toContain('leave bob timeout'));
  });

  it('[PRE2] say again of themselves what a restart of the server has lost', async () => {
    const server = await startServer({ presence: { holdMs: 100 } });
    const road = await roadTo(server);
    const { room } = await join(server, 'ada', road.url);
    await room.setPresence({ status: 'away' });
    const watcher = await join(server, 'bob');
    road.close();
    await waitFor(() => expect(ids(watcher.room)).toEqual(['bob']));
    road.open();
    const ada = { id: 'ada', name: 'ada', state: { status: 'away' } };
    await waitFor(() => expect(watcher.room.people.getSnapshot().users).toContainEqual(ada));
  });

  it('[PRE2] take the seat of their own half-open connection, and end what it follows', async () => {
    const server = await startServer();
    const { room } = await join(server, 'ada');
    const token = await server.token('bob');
    const open = async () => {
      const socket = await rawSocket(`${server.socketUrl}?connectionParams=1`);
      socket.send({ method: 'connectionParams', data: { token, sessionId: 'tab-1' } });
      socket.send(call(1, 'subscription', 'chat.events', { room: 'r' }));
      await socket.next();
      expect(await socket.next()).toMatchObject({ result: { type: 'data' } });
      return socket;
    };
    const old = await open();
    const next = await open();
    const last = await (async () => {
      for (;;) {
        const message = (await old.next()) as { result: { type: string } };
        if (message.result.type !== 'data') return message;
      }
    })();
    expect(last).toEqual({ id: 1, result: { type: 'stopped' } });
    next.send({ id: 1, method: 'subscription.stop' });
    await waitFor(() => expect(ids(room)).toEqual(['ada']));
  });

  it('read as frames by the stock client, which sets its own state too', async () => {
    const server = await startServer();
    const { trpc } = stockClient(server.socketUrl, await server.token('ada'));
    const followed = await follow(trpc, 'r');
    const ready = followed.frames[0]?.data;
    expect(ready).toMatchObject({ presence: { version: 0, count: 1, users: [{ id: 'ada' }] } });
    await trpc.chat.setPresence.mutate({ room: 'r', state: { status: 'away' } });
    await waitFor(() => {
      const last = followed.frames.at(-1)?.data as PresenceFrame;
      expect(last).toMatchObject({ type: 'presence', count: 1 });
      const news = [...(last.join ?? []), ...(last.update ?? [])];
      expect(news).toEqual([{ id: 'ada', name: 'ada', state: { status: 'away' } }]);
    });
    expect(await trpc.chat.members.query({ room: 'r', limit: 1 })).toMatchObject({ count: 1 });
  });
});

describe('what others do just now', () => {
  it('[TYP1] is a store, and never shows oneself', async () => {
    const server = await startServer();
    const ada = await join(server, 'ada');
    const bob = await join(server, 'bob');
    const types = ({ room }: typeof ada) =>
      room.typingUsers.getSnapshot().users.map(({ id }) => id);
    for (let key = 0; key < 20; key += 1) await ada.room.typing();
    await waitFor(() => expect(types(bob)).toEqual(['ada']));
    expect(types(ada)).toEqual([]);
    expect(bob.room.latest('typing').getSnapshot().get('ada')?.data).toEqual({ typing: true });
    await ada.room.typing({ typing: false });
    await waitFor(() => expect(types(bob)).toEqual([]));
    // A message ends it, and the next key begins anew.
    await ada.room.typing();
    await waitFor(() => expect(types(bob)).toEqual(['ada']));
    await ada.room.send({ text: 'hello' });
    await waitFor(() => expect(types(bob)).toEqual([]));
    await ada.room.typing();
    await waitFor(() => expect(types(bob)).toEqual(['ada']));
    ada.rooms.close();
    await waitFor(() => expect(types(bob)).toEqual([]));
  });

  it('[TYP1] is not shown while a line is away, or to whoever has left', async () => {
    const server = await startServer();
    const road = await roadTo(server);
    const ada = await join(server, 'ada');
    const bob = await join(server, 'bob', road.url);
    const count = () => bob.room.typingUsers.getSnapshot().count;
    await ada.room.typing();
    await waitFor(() => expect(count()).toBe(1));
    road.close();
    // Nobody could tell that it has ended.
    await waitFor(() => expect(count()).toBe(0));
    expect(bob.room.latest('typing').getSnapshot().size).toBe(0);
    road.open();
    await waitFor(async () => {
      await ada.room.typing();
      expect(count()).toBe(1);
    });
    bob.room.leave();
    expect(count()).toBe(0);
  });

  it('[TYP1] is sent when it begins, and not at every key', async () => {
    const actions: string[] = [];
    const server = await startServer({
      authorize: ({ action }) => {
        actions.push(action);
        return true;
      },
    });
    const { room } = await join(server, 'ada');
    for (let key = 0; key < 50; key += 1) void room.typing();
    await room.typing({ typing: false });
    expect(actions.filter((action) => action === 'publish:typing')).toHaveLength(2);
  });
});

describe('bad input about people', () => {
  const refused = { data: { reason: 'BAD_INPUT' } };

  it('is refused, and leaves no trace', async () => {
    const server = await startServer();
    const { room } = await join(server, 'ada');
    const seen = watch(room);
    const { trpc } = stockClient(server.socketUrl, await server.token('eve'));
    await follow(trpc, 'r');
    const state = { status: 'away' };
    const inputs: unknown[] = [
      { room: 'r', state, user: 'ada' },
      { room: 'r', state, by: { id: 'ada' } },
      { room: 'r', state: { ...state, admin: true } },
      { room: 'r', state: { status: 'gone' } },
      { room: 'r', state: { status: 'x'.repeat(limits.presenceBytes) } },
      { room: 'r' },
      { room: '..', state },
    ];
    for (const input of inputs) {
      await expect(trpc.chat.setPresence.mutate(input as never)).rejects.toMatchObject(refused);
    }
    const typing: unknown[] = [
      { room: 'r', typing: true, user: 'ada' },
      { room: 'r', typing: 'yes' },
      { room: 'r', typing: true, key: 'ada' },
    ];
    for (const input of typing) {
      await expect(trpc.chat.typing.mutate(input as never)).rejects.toMatchObject(refused);
    }
    const pages: unknown[] = [{ limit: 0 }, { limit: 501 }, { after: 'x' }, { after: '-1' }];
    for (const page of pages) {
      const input = { room: 'r', ...(page as object) };
      await expect(trpc.chat.members.query(input)).rejects.toMatchObject(refused);
    }
    await expect(
      trpc.chat.setPresence.mutate({ room: 'other', state: { status: 'here' } }),
    ).rejects.toMatchObject({ data: { reason: 'NOT_PRESENT', httpStatus: 409 } });
    await waitFor(() => expect(ids(room)).toEqual(['ada', 'eve']));
    expect(seen.filter((one) => one.startsWith('update'))).toEqual([]);
    expect(room.typingUsers.getSnapshot().count).toBe(0);
  });

  it('is measured: 10 states a second by a connection', async () => {
    const server = await startServer();
    const { trpc } = stockClient(server.socketUrl, await server.token('eve'));
    await follow(trpc, 'r');
    const set = () => trpc.chat.setPresence.mutate({ room: 'r', state: { status: 'here' } });
    const answers = await Promise.allSettled(Array.from({ length: 30 }, set));
    const refusals = answers.filter(({ status }) => status === 'rejected');
    expect(refusals.length).toBeGreaterThanOrEqual(8);
    expect(refusals[0]).toMatchObject({ reason: { data: { reason: 'TOO_MANY' } } });
  });

  it('[AUT1] is asked of the policy', async () => {
    const server = await startServer({ authorize: ({ action }) => action !== 'presence' });
    const { room } = await join(server, 'ada');
    await expect(room.setPresence({ status: 'away' })).rejects.toMatchObject({
      code: 'FORBIDDEN',
    });
  });

  it('refuses a session that is no name', async () => {
    const server = await startServer();
    const token = await server.token('eve');
    for (const sessionId of ['', 'a b', 'ä', 'x'.repeat(limits.sessionIdLength + 1)]) {
      const socket = await rawSocket(`${server.socketUrl}?connectionParams=1`);
      onTestFinished(() => socket.ws.terminate());
      socket.send({ method: 'connectionParams', data: { token, sessionId } });
      expect(await socket.next()).toMatchObject({ error: { json: { data: refused.data } } });
      await socket.closed;
    }
  });

  it('[AUT2] lets nobody in under a name that hides something', async () => {
    const server = await startServer();
    for (const name of ['a\u202Eb', 'a\u200Bb', 'a\u0007b', '\u2066x', 'a\uFEFFb']) {
      const guest = await fetch(`${server.url}/api/guest`, {
        method: 'POST',
        body: JSON.stringify({ name }),
      });
      expect(guest.status).toBe(400);
      const { trpc } = stockClient(server.socketUrl, await server.token('eve', { name }));
      await expect(trpc.chat.members.query({ room: 'r' })).rejects.toThrow();
    }
  });
});
