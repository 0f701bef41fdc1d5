import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createRooms } from '../../server/index.ts';
import { chat, defineRoom, durable, ephemeral } from '../../shared/index.ts';
import { follow, startServer, stockClient } from '../kit/clients.ts';
import {
  eventsOf,
  invitationsOf,
  mineOf,
  noticesOf,
  roomOf,
  rosterOf,
  stage,
} from '../kit/private-rooms.ts';
import { waitFor } from '../kit/wait-for.ts';

const ADA = { id: 'ada', name: 'Ada' };
const BOB = { id: 'bob', name: 'Bob' };
const OPS = { id: 'ops', name: 'Ops' };

async function withMembership() {
  const { server, as } = await stage();
  return { server, as, rooms: server.rooms.membership('chat') };
}

const codeOf = (call: Promise<unknown>) =>
  call.then(
    () => 'ok',
    ({ code }: { code: unknown }) => code,
  );

describe('rooms with members, by the server', () => {
  it('are made with an owner, who runs them as any other', async () => {
    const { as, rooms } = await withMembership();
    const made = await rooms.create({ title: ' Plans ', private: true, owner: ADA });
    expect(made).toEqual({
      room: expect.stringMatching(/^p~/),
      title: 'Plans',
      visibility: 'private',
    });
    const { room } = made;
    expect(await mineOf(as, 'ada')).toMatchObject([{ room, role: 'owner', title: 'Plans' }]);
    await as('ada', 'invite', { room, user: 'bob' });
    await as('bob', 'accept', { room });
    expect((await eventsOf(as, 'bob', room)).map(({ type, by }) => [type, by.id])).toEqual([
      ['roomCreated', '@server'],
      ['joined', '@server'],
      ['joined', 'bob'],
      ['welcome', 'bob'],
    ]);
    expect(await noticesOf(as, 'ada')).toMatchObject([
      { type: 'joined', data: { role: 'owner', room: { id: room } }, by: { id: '@server' } },
    ]);
  });

  it('are made without an owner, and made once under one key', async () => {
    const { rooms } = await withMembership();
    const asked = { private: false, title: 'Hall', idempotencyKey: 'hall-1' };
    const [first, again] = [await rooms.create(asked), await rooms.create(asked)];
    expect(again).toEqual(first);
    expect(await rooms.roster({ room: first.room })).toEqual({
      members: [],
      count: 0,
      hasMore: false,
    });
    await rooms.create({ id: 'lobby', private: false });
    expect(await rooms.create({ id: 'lobby', private: false })).toMatchObject({ room: 'lobby' });
    expect(await codeOf(rooms.create({ id: 'lobby', private: true }))).toBe('ROOM_TAKEN');
  });

  it('are taken for whoever they were not made for, whosever they are by now', async () => {
    const { rooms } = await withMembership();
    const apollo = { id: 'apollo', private: true, title: 'Apollo' };
    const made = await rooms.create({ ...apollo, owner: ADA });
    await rooms.addMember({ room: 'apollo', user: BOB });
    await rooms.setRole({ room: 'apollo', user: 'bob', role: 'owner' });
    await rooms.rename({ room: 'apollo', title: 'Moon' });
    expect(await rooms.create({ ...apollo, owner: ADA })).toEqual({ ...made, title: 'Moon' });
    expect(await codeOf(rooms.create({ ...apollo, title: 'Moon', owner: ADA }))).toBe('ROOM_TAKEN');
    expect(await codeOf(rooms.create({ ...apollo, owner: BOB }))).toBe('ROOM_TAKEN');
    expect(await codeOf(rooms.create(apollo))).toBe('ROOM_TAKEN');
    await rooms.create({ id: 'hall', private: false });
    expect(await codeOf(rooms.create({ id: 'hall', private: false, owner: BOB }))).toBe(
      'ROOM_TAKEN',
    );
  });

  it('[AUT1] become private while they are in use: who does not belong there is out', async () => {
    const { server, as, rooms } = await withMembership();
    const { trpc } = stockClient(server.socketUrl, await server.token('bob'));
    const feed = await follow(trpc, 'annex');
    await as('ada', 'send', { room: 'annex', text: 'hi' });
    expect(await codeOf(as('ada', 'create', { id: 'annex', private: true }))).not.toBe('ok');
    await rooms.create({ id: 'annex', private: true, owner: ADA });
    await waitFor(() =>
      expect(feed.frames.at(-1)?.data).toMatchObject({ type: 'revoked', reason: 'removed' }),
    );
    await expect(as('bob', 'history', { room: 'annex' })).rejects.toThrow('FORBIDDEN');
    expect((await eventsOf(as, 'ada', 'annex')).map(({ type }) => type)).toContain('message');
  });

  it('[AUT1] tell whoever is shut out nothing more, not even of what they are called now', async () => {
    const { server, as, rooms } = await withMembership();
    const { trpc } = stockClient(server.socketUrl, await server.token('bob'));
    const feed = await follow(trpc, 'vault');
    await as('ada', 'send', { room: 'vault', text: 'hi' });
    await rooms.create({ id: 'vault', private: true, title: 'Layoffs' });
    await waitFor(() => expect(feed.frames.at(-1)?.data).toMatchObject({ type: 'revoked' }));
    expect(JSON.stringify(feed.frames)).not.toContain('Layoffs');
    expect((await server.rooms.history('chat', 'vault')).events.at(-1)).toMatchObject({
      type: 'roomCreated',
      data: { title: 'Layoffs', visibility: 'private' },
    });
  });

  it('take members who were not asked, and what waited for them or kept them out is gone', async () => {
    const { as, rooms } = await withMembership();
    const room = await roomOf(as, 'ada');
    await as('ada', 'invite', { room, user: 'bob' });
    await rooms.addMember({ room, user: BOB, role: 'moderator' });
    expect(await invitationsOf(as, 'bob')).toEqual([]);
    await as('ada', 'removeMember', { room, user: 'bob', ban: true });
    await rooms.addMember({ room, user: BOB, by: OPS });
    expect(await rosterOf(as, 'bob', room)).toMatchObject({
      count: 2,
      members: [{ id: 'ada' }, { id: 'bob', name: 'Bob', role: 'member' }],
    });
    // Not twice, and no other role: that is what `setRole` is for.
    await rooms.addMember({ room, user: BOB, role: 'moderator' });
    expect(await mineOf(as, 'bob')).toMatchObject([{ room, role: 'member' }]);
    const told = (await eventsOf(as, 'bob', room)).map(({ type, by }) => `${type} by ${by.id}`);
    expect(told.slice(1)).toEqual([
      'joined by @server',
      'welcome by @server',
      'left by ada',
      'joined by ops',
    ]);
  });

  it('[AUT1] lose members, the owner too, whose feeds end', async () => {
    const { server, as, rooms } = await withMembership();
    const room = await roomOf(as, 'ada', 'bob');
    const { trpc } = stockClient(server.socketUrl, await server.token('ada'));
    const feed = await follow(trpc, room);
    await rooms.removeMember({ room, user: 'ada', ban: true });
    await waitFor(() =>
      expect(feed.frames.at(-1)?.data).toMatchObject({ type: 'revoked', reason: 'banned' }),
    );
    expect(await mineOf(as, 'ada')).toEqual([]);
    // Nobody owns it now; the server gives it to somebody.
    await rooms.setRole({ room, user: 'bob', role: 'owner' });
    await rooms.addMember({ room, user: ADA });
    await rooms.setRole({ room, user: 'ada', role: 'owner' });
    expect((await rooms.roster({ room })).members).toMatchObject([
      { id: 'ada', role: 'owner' },
      { id: 'bob', role: 'moderator' },
    ]);
  });

  it('[AUT1] let whoever was banned in again, with an invitation or a door that is open', async () => {
    const { as, rooms } = await withMembership();
    const { room } = await rooms.create({ private: false });
    await rooms.removeMember({ room, user: 'eve', ban: true });
    await expect(as('eve', 'accept', { room })).rejects.toThrow('FORBIDDEN');
    for (let times = 0; times < 2; times += 1) await rooms.endBan({ room, user: 'eve' });
    await as('eve', 'accept', { room });
    expect((await rooms.roster({ room })).members).toMatchObject([{ id: 'eve', role: 'member' }]);
    expect(await codeOf(rooms.endBan({ room: 'p~none', user: 'eve' }))).toBe('NO_SUCH_ROOM');
  });

  it('are renamed and closed, by whom the server says', async () => {
    const { as, rooms } = await withMembership();
    const room = await roomOf(as, 'ada', 'bob');
    await rooms.rename({ room, title: 'Deeds', by: OPS });
    // Whom it is by may be one of those it is done to.
    await rooms.setRole({ room, user: 'ada', role: 'member', by: ADA });
    expect((await rooms.roomsOf({ user: 'bob' })).rooms).toMatchObject([
      { room, title: 'Deeds', role: 'member' },
    ]);
    expect((await eventsOf(as, 'bob', room)).at(-2)).toMatchObject({
      type: 'renamed',
      by: { id: 'ops' },
    });
    await rooms.close({ room });
    await waitFor(async () => expect(await mineOf(as, 'bob')).toEqual([]));
    expect(await codeOf(rooms.addMember({ room, user: BOB }))).toBe('NO_SUCH_ROOM');
  });

  it('of two people stay as they are', async () => {
    const { as, rooms } = await withMembership();
    const { room } = await as<{ room: string }>('ada', 'direct', { user: 'bob' });
    const calls = [
      rooms.addMember({ room, user: OPS }),
      rooms.removeMember({ room, user: 'bob' }),
      rooms.setRole({ room, user: 'bob', role: 'owner' }),
      rooms.rename({ room, title: 'x' }),
      rooms.close({ room }),
    ];
    expect(await Promise.all(calls.map(codeOf))).toEqual(calls.map(() => 'FORBIDDEN'));
  });

  it('[CON3] refuse what is no room, nobody and not there', async () => {
    const { rooms } = await withMembership();
    const { room } = await rooms.create({ private: true });
    expect(await codeOf(rooms.roster({ room: 'p~none' }))).toBe('NO_SUCH_ROOM');
    expect(await codeOf(rooms.rename({ room: 'none', title: 'x' }))).toBe('NO_SUCH_ROOM');
    expect(await codeOf(rooms.setRole({ room, user: 'bob', role: 'member' }))).toBe('BAD_INPUT');
    const wrong = [
      rooms.create({ id: 'a b', private: true }),
      rooms.create({ id: 'p~mine', private: true }),
      rooms.addMember({ room, user: { id: '@server', name: 'x' } }),
      rooms.addMember({ room, user: { id: 'eve', name: '' } }),
      rooms.rename({ room, title: '' }),
      rooms.close({ room, now: true } as never),
      // Code without types hands over anything.
      ...[undefined, null, 7, 'p~x', [room], [null]].map((input) => rooms.roster(input as never)),
      rooms.create(null as never),
      rooms.addMember({ room, user: null } as never),
      rooms.addMember({ room, user: [BOB] } as never),
      rooms.addMember({ room: BOB, user: BOB } as never),
      rooms.addMember({ room, user: { id: 'a'.repeat(1_000_000), name: 'x' } }),
      rooms.rename({ room, title: 'x'.repeat(1_000_000) }),
      rooms.setRole({ room, user: '__proto__', role: 'constructor' } as never),
      rooms.roomsOf(JSON.parse('{"user":"bob","__proto__":{"limit":2}}') as never),
    ];
    expect(await Promise.all(wrong.map(codeOf))).toEqual(wrong.map(() => 'BAD_INPUT'));
    expect((await rooms.roster({ room })).count).toBe(0);
    await expect(rooms.addMember({ room, user: 'bob' as never })).rejects.toMatchObject({
      message: expect.stringMatching(/^user: /),
      issues: [{ path: 'user' }],
    });
  });

  it('tell of people their id and name, whatever else is handed over', async () => {
    const { as, rooms } = await withMembership();
    const owner = { ...ADA, expiresAt: 5, claims: { tenant: 'acme' } };
    const { room } = await rooms.create({ private: true, owner, by: owner });
    const user = { ...BOB, claims: { tenant: 'acme' } };
    await rooms.addMember({ room, user });
    expect(JSON.stringify(await eventsOf(as, 'bob', room))).not.toMatch(/expiresAt|tenant/);
  });

  it('say what they are, those that somebody is in too, and nothing of what is not made or closed', async () => {
    const { server, as, rooms } = await withMembership();
    const own = { id: 'den', title: 'Den', private: true, owner: ADA };
    await rooms.create(own);
    await rooms.create({ id: 'hall', private: false });
    const den = { room: 'den', title: 'Den', visibility: 'private' };
    expect(await rooms.outline({ room: 'den' })).toEqual(den);
    expect(await rooms.outline({ room: 'hall' })).toEqual({ room: 'hall', visibility: 'open' });
    const { trpc } = stockClient(server.socketUrl, await server.token('ada'));
    for (const room of ['den', 'hall', 'plain']) await follow(trpc, room);
    expect(await server.rooms.occupied('chat')).toEqual({
      rooms: [
        { ...den, count: 1 },
        { room: 'hall', visibility: 'open', count: 1 },
        { room: 'plain', count: 1 },
      ],
    });
    await rooms.close({ room: 'den' });
    for (const room of ['den', 'plain', 'p~none']) {
      expect(await codeOf(rooms.outline({ room }))).toBe('NO_SUCH_ROOM');
    }
    expect(await mineOf(as, 'ada')).toEqual([]);
  });

  it('are there of kinds with membership alone', async () => {
    const plain = defineRoom('plain', { events: { beat: ephemeral(z.object({})) } });
    const club = defineRoom('club', {
      events: { post: durable(z.object({}), { publish: 'client' }) },
      membership: true,
    });
    const rooms = await createRooms({ rooms: { chat, plain, club }, dataDir: null });
    expect(await rooms.membership('club').create({ private: false })).toMatchObject({
      visibility: 'open',
    });
    // @ts-expect-error -- its rooms have no members
    expect(() => rooms.membership('plain')).toThrow('has no rooms with members');
    await rooms.close();
  });

  it('are filled by many at once, each told once', async () => {
    const server = await startServer({ publishing: 'off' });
    const rooms = server.rooms.membership('chat');
    const { room } = await rooms.create({ private: true });
    const users = Array.from({ length: 40 }, (_, index) => ({
      id: `u${index}`,
      name: `U${index}`,
    }));
    await Promise.all([...users, ...users].map((user) => rooms.addMember({ room, user })));
    expect(await rooms.roster({ room, limit: 100 })).toMatchObject({ count: 40, hasMore: false });
    const { events } = await server.rooms.history('chat', room, { limit: 200 });
    expect(events.filter(({ type }) => type === 'joined')).toHaveLength(40);
  });
});
