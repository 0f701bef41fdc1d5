import { describe, expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import { createRooms } from '../../client/index.ts';
import type { TestServer } from '../../server/testing.ts';
import { chat, defineMe, durable, RoomError, type RevokedReason } from '../../shared/index.ts';
import { sdkClient, startServer } from '../kit/clients.ts';
import { roadTo } from '../kit/road.ts';
import { waitFor } from '../kit/wait-for.ts';

async function stage(...ids: string[]) {
  const server = await startServer();
  const clients = await Promise.all(ids.map((id) => sdkClient(server, id)));
  return { server, clients: clients as [Client, ...Client[]] };
}
type Client = Awaited<ReturnType<typeof sdkClient>>;

describe('the SDK', () => {
  it('makes rooms, asks people in, lists them, and follows its own stream meanwhile', async () => {
    const { clients } = await stage('ada', 'bob');
    const [ada, bob] = clients as [Client, Client];
    const invited: string[] = [];
    const stream = bob.me.join({ onGap: 'reload' });
    stream.on('invitation', ({ data, by }) => invited.push(`${by.id} ${data.title} ${data.role}`));
    await stream.ready;
    const made = await ada.chat.create({ title: 'Plans', private: true });
    await ada.chat.invite({ room: made.room, user: 'bob' });
    await waitFor(() => expect(invited).toEqual(['ada Plans member']));
    expect(await bob.chat.invitations()).toMatchObject({ invitations: [{ room: made.room }] });
    expect(await bob.chat.accept({ room: made.room })).toMatchObject({ role: 'member' });
    const { rooms } = await bob.chat.mine();
    expect(rooms).toMatchObject([{ room: made.room, title: 'Plans', role: 'member' }]);
    const roster = await ada.chat.roster({ room: made.room });
    expect(roster.members.map(({ id, role }) => `${id} ${role}`)).toEqual([
      'ada owner',
      'bob member',
    ]);
    const direct = await ada.chat.direct({ user: 'bob' });
    expect((await bob.chat.direct({ user: 'ada' })).room).toBe(direct.room);
    const room = bob.chat.join(made.room, { onGap: 'reload' });
    expect(await room.ready).toMatchObject({ start: 'fresh' });
    await expect(bob.chat.rename({ room: made.room, title: 'Mine' })).rejects.toMatchObject({
      code: 'FORBIDDEN',
    });
  });

  it('[USR1] whispers, and shows it to both', async () => {
    const { clients } = await stage('ada', 'bob');
    const [ada, bob] = clients as [Client, Client];
    const rooms = [ada, bob].map((client) => client.chat.join('r', { onGap: 'reload' }));
    await Promise.all(rooms.map(({ ready }) => ready));
    const heard: string[] = [];
    for (const client of [ada, bob]) {
      const stream = client.me.join({ onGap: 'reload' });
      stream.on('whisper', ({ data, by }) => heard.push(`${by.id} to ${data.to.id}: ${data.text}`));
      await stream.ready;
    }
    const ack = await rooms[0]?.whisper({ to: 'bob', text: 'psst' });
    expect(ack?.duplicate).toBe(false);
    await waitFor(() => expect(heard).toEqual(['ada to bob: psst', 'ada to bob: psst']));
    await expect(rooms[0]?.whisper({ to: 'nobody', text: 'psst' })).rejects.toMatchObject({
      code: 'FORBIDDEN',
    });
  });

  it('keeps notifications as a store that all devices share, while somebody listens', async () => {
    const { server, clients } = await stage('ada', 'bob');
    const [ada, bob] = clients as [Client, Client];
    const tablet = await sdkClient(server, 'bob');
    const room = bob.chat.join('r', { onGap: 'reload' });
    await room.ready;
    const say = ada.chat.join('r', { onGap: 'reload' });
    await say.ready;
    await say.whisper({ to: 'bob', text: 'one' });
    const stores = [bob, tablet].map(({ me }) => me.notifications);
    expect(stores[0]?.getSnapshot()).toEqual({ events: [], unread: 0, seen: null });
    let changes = 0;
    const undo = stores.map((store) => store.subscribe(() => (changes += 1)));
    for (const store of stores) {
      await waitFor(() => expect(store.getSnapshot()).toMatchObject({ unread: 1 }));
    }
    await say.whisper({ to: 'bob', text: 'two' });
    for (const store of stores) {
      await waitFor(() => expect(store.getSnapshot()).toMatchObject({ unread: 2 }));
    }
    expect(stores[0]?.getSnapshot()).toBe(stores[0]?.getSnapshot());
    await stores[1]?.markSeen();
    for (const store of stores) {
      await waitFor(() => expect(store.getSnapshot()).toMatchObject({ unread: 0 }));
      expect(store.getSnapshot().events).toHaveLength(2);
    }
    expect(changes).toBeGreaterThan(4);
    for (const stop of undo) stop();
    expect(stores[0]?.getSnapshot().events).toEqual([]);
    // And again: what was seen is still seen.
    const again = stores[0]?.subscribe(() => {});
    await waitFor(() => expect(stores[0]?.getSnapshot().events).toHaveLength(2));
    await waitFor(() => expect(stores[0]?.getSnapshot()).toMatchObject({ unread: 0 }));
    again?.();
    await say.whisper({ to: 'bob', text: 'three' });
    expect(stores[0]?.getSnapshot().events).toEqual([]);
  });

  it('[USR1] says how much is new alike on a device that was on and on one opened now', async () => {
    const { server, clients } = await stage('bob');
    const shown = clients[0].me.notifications;
    shown.subscribe(() => {});
    const from = { id: 'ada', name: 'Ada' };
    for (const upTo of [60, 260, 1_020]) {
      const have = shown.getSnapshot().unread;
      const notices = Array.from({ length: upTo - have }, (_, index) =>
        server.rooms.notify('bob', 'notification', { code: `n${index}`, params: {} }, { by: from }),
      );
      await Promise.all(notices);
      const count = Math.min(upTo, 1_000);
      const store = (await sdkClient(server, 'bob')).me.notifications;
      store.subscribe(() => {});
      for (const one of [shown, store]) {
        await waitFor(() => expect(one.getSnapshot().unread).toBe(count));
      }
      expect(store.getSnapshot().events).toHaveLength(50);
    }
    await shown.markSeen();
    expect(shown.getSnapshot().unread).toBe(0);
  });

  it('[USR1] resumes its own stream over a broken line, missing and repeating nothing', async () => {
    const { server, clients } = await stage('ada');
    const road = await roadTo(server);
    const bob = createRooms(
      { chat },
      { url: road.url, token: await server.token('bob'), random: () => 0 },
    );
    onTestFinished(() => bob.close());
    await bob.chat.join('r', { onGap: 'reload' }).ready;
    const ada = clients[0].chat.join('r', { onGap: 'reload' });
    await ada.ready;
    const stream = bob.me.join({ onGap: 'reload' });
    const texts: string[] = [];
    stream.on('whisper', ({ data }) => texts.push(data.text));
    await stream.ready;
    await ada.whisper({ to: 'bob', text: 'one' });
    await waitFor(() => expect(texts).toEqual(['one']));
    road.close();
    // His seat is held for a while: he is not away.
    await ada.whisper({ to: 'bob', text: 'two' });
    road.open();
    await ada.whisper({ to: 'bob', text: 'three' });
    await waitFor(() => expect(texts).toEqual(['one', 'two', 'three']));
  });

  it('[AUT1] fails a handle whose user is shut out, and rejects what he still sends', async () => {
    const { clients } = await stage('ada', 'bob');
    const [ada, bob] = clients as [Client, Client];
    const { room: id } = await ada.chat.create({ private: true });
    await ada.chat.invite({ room: id, user: 'bob' });
    await bob.chat.accept({ room: id });
    const room = bob.chat.join(id, { onGap: 'reload' });
    await room.ready;
    const frames: string[] = [];
    room.onFrame(({ type }) => frames.push(type));
    await ada.chat.removeMember({ room: id, user: 'bob' });
    await waitFor(() =>
      expect(room.current).toMatchObject({ state: 'failed', error: { code: 'FORBIDDEN' } }),
    );
    expect(frames).toEqual(['revoked']);
    const sent = room.send({ text: 'still here?' });
    await expect(sent).rejects.toMatchObject({ code: 'FORBIDDEN' });
    expect(room.outbox.getSnapshot()).toMatchObject([{ state: 'rejected' }]);
    const again = bob.chat.join(id, { onGap: 'reload' });
    await expect(again.ready).rejects.toBeInstanceOf(RoomError);
    expect(bob.connection.current.state).toBe('open');
  });

  it.each<[RevokedReason, (server: TestServer, ada: Client, bob: Client, room: string) => unknown]>(
    [
      ['banned', (_, ada, __, room) => ada.chat.removeMember({ room, user: 'bob', ban: true })],
      ['removed', (_, ada, __, room) => ada.chat.removeMember({ room, user: 'bob' })],
      ['closed', (_, ada, __, room) => ada.chat.close({ room })],
      ['left', (_, __, bob, room) => bob.chat.leaveRoom({ room })],
      ['revoked', ({ rooms }, _, __, room) => rooms.revoke({ kind: 'chat', room, user: 'bob' })],
    ],
  )('[AUT1] says why a room is lost: %s', async (reason, shutOut) => {
    const { server, clients } = await stage('ada', 'bob');
    const [ada, bob] = clients as [Client, Client];
    const { room: id } = await ada.chat.create({ private: true });
    await ada.chat.invite({ room: id, user: 'bob' });
    await bob.chat.accept({ room: id });
    const room = bob.chat.join(id, { onGap: 'reload' });
    await room.ready;
    await shutOut(server, ada, bob, id);
    await waitFor(() => expect(room.current).toHaveProperty('reason', reason));
    expect(room.current).toMatchObject({ state: 'failed', error: { code: 'FORBIDDEN' } });
    // Who comes later is told nothing: such a room may not be there at all.
    const again = bob.chat.join(id, { onGap: 'reload' });
    if (reason === 'revoked') return again.leave();
    await waitFor(() => expect(again.current.state).toBe('failed'));
    expect(again.current).not.toHaveProperty('reason');
  });

  it('has the events that a team adds to private streams', async () => {
    const me = defineMe({ events: { shipped: durable(z.object({ order: z.number() })) } });
    const contract = { chat, me };
    const server = await startServer({ rooms: contract });
    const rooms = createRooms(contract, {
      url: server.socketUrl,
      token: await server.token('ada'),
    });
    onTestFinished(() => rooms.close());
    const stream = rooms.me.join({ onGap: 'reload' });
    stream.on('shipped', ({ data }) => data.order.toFixed());
    await stream.ready;
    expect(Object.keys(rooms.me).toSorted()).toEqual(['history', 'join', 'notifications']);
    await expect(rooms.me.history()).resolves.toEqual({ events: [], hasMore: false });
  });
});
