import { describe, expect, it } from 'vitest';
import type { MyRoom } from '../../shared/index.ts';
import { startServer, stockClient } from '../kit/clients.ts';
import { followMe } from '../kit/my-stream.ts';
import {
  eventsOf,
  invitationsOf,
  mineOf,
  noticesOf,
  roomOf,
  rosterOf,
  stage,
  type Page,
} from '../kit/private-rooms.ts';
import { callsAs } from '../kit/rooms-api.ts';
import { tempDir } from '../kit/temp-dir.ts';
import { waitFor } from '../kit/wait-for.ts';

describe('a private room', () => {
  it('is made, fills by invitation, changes hands, empties and closes, and says so', async () => {
    const { as } = await stage();
    const made = await as<MyRoom>('ada', 'create', { title: ' Plans ', private: true });
    expect(made).toMatchObject({ title: 'Plans', visibility: 'private', role: 'owner' });
    const { room } = made;
    await as('ada', 'invite', { room, user: 'bob' });
    expect(await invitationsOf(as, 'bob')).toMatchObject([
      { room, title: 'Plans', role: 'member', by: { id: 'ada', name: 'ada' } },
    ]);
    expect(await as('bob', 'accept', { room })).toMatchObject({ role: 'member', title: 'Plans' });
    expect(await invitationsOf(as, 'bob')).toEqual([]);
    await as('ada', 'rename', { room, title: 'Deeds' });
    await as('ada', 'setRole', { room, user: 'bob', role: 'owner' });
    expect(await rosterOf(as, 'bob', room)).toMatchObject({
      members: [
        { id: 'ada', role: 'moderator' },
        { id: 'bob', role: 'owner', name: 'bob' },
      ],
      count: 2,
      hasMore: false,
    });
    await as('ada', 'leaveRoom', { room });
    await as('bob', 'invite', { room, user: 'ada' });
    await as('ada', 'accept', { room });
    expect((await mineOf(as, 'ada')).map(({ role, title }) => [role, title])).toEqual([
      ['member', 'Deeds'],
    ]);
    expect(
      (await eventsOf(as, 'bob', room)).map(({ type, data, by }) => [type, data, by.id]),
    ).toEqual([
      ['roomCreated', { visibility: 'private', title: 'Plans' }, 'ada'],
      ['joined', { user: { id: 'bob', name: 'bob' } }, 'bob'],
      ['welcome', { user: { id: 'bob', name: 'bob' } }, 'bob'],
      ['renamed', { title: 'Deeds' }, 'ada'],
      ['roleChanged', { user: { id: 'bob', name: 'bob' }, role: 'owner' }, 'ada'],
      ['roleChanged', { user: { id: 'ada', name: 'ada' }, role: 'moderator' }, 'ada'],
      ['left', { user: { id: 'ada', name: 'ada' }, reason: 'left' }, 'ada'],
      // No welcome: he was here before.
      ['joined', { user: { id: 'ada', name: 'ada' } }, 'ada'],
    ]);
    await as('bob', 'close', { room });
    await expect(eventsOf(as, 'bob', room)).rejects.toThrow('FORBIDDEN');
    await waitFor(async () => expect(await mineOf(as, 'ada')).toEqual([]));
    await expect(
      as('bob', 'create', { id: room.replace('p~', ''), private: true }),
    ).resolves.toBeTruthy();
  });

  it('[USR1] tells those whom it concerns on all their devices', async () => {
    const { server, as } = await stage();
    const room = await roomOf(as, 'ada');
    const streams = await Promise.all(
      [0, 1].map(async () =>
        followMe(stockClient(server.socketUrl, await server.token('bob')).trpc),
      ),
    );
    await as('ada', 'invite', { room, user: 'bob' });
    await as('bob', 'accept', { room });
    await as('ada', 'removeMember', { room, user: 'bob', ban: true });
    const name = { kind: 'chat', id: room };
    const expected = [
      ['invitation', { room: name, title: 'Plans', role: 'member' }, 'ada'],
      ['joined', { room: name, title: 'Plans', role: 'member' }, 'bob'],
      ['removed', { room: name, code: 'banned', params: {} }, 'ada'],
    ];
    for (const stream of streams) {
      await waitFor(() =>
        expect(stream.events().map(({ type, data, by }) => [type, data, by])).toEqual(expected),
      );
    }
  });

  it('may be joined by nobody who was banned, until he is invited again', async () => {
    const { as } = await stage();
    const { room } = await as('ada', 'create', { private: false });
    await as('bob', 'accept', { room });
    await as('ada', 'removeMember', { room, user: 'bob', ban: true });
    await expect(as('bob', 'accept', { room })).rejects.toThrow('FORBIDDEN');
    await expect(as('bob', 'send', { room, text: 'x' })).rejects.toThrow('FORBIDDEN');
    await as('ada', 'invite', { room, user: 'bob' });
    await as('bob', 'accept', { room });
    await as('bob', 'send', { room, text: 'back' });
    // A ban that is said twice is lifted by one invitation.
    for (let n = 0; n < 2; n += 1)
      await as('ada', 'removeMember', { room, user: 'bob', ban: true });
    await as('ada', 'invite', { room, user: 'bob' });
    await as('bob', 'send', { room, text: 'in' });
  });

  it('is the same to who makes it again, whatever it is called by then', async () => {
    const { as } = await stage();
    const input = { title: 'Plans', private: true, idempotencyKey: 'k' };
    const { room } = await as('ada', 'create', input);
    await as('ada', 'rename', { room, title: 'Deeds' });
    expect(await as('ada', 'create', input)).toMatchObject({ room, title: 'Deeds', role: 'owner' });
    const other = as('ada', 'create', { ...input, title: 'Deeds' });
    // As of any key that stands for something else.
    await expect(other).rejects.toThrow('CONFLICT');
  });

  it('says no more when it is asked twice', async () => {
    const { as } = await stage();
    const input = { title: 'Plans', private: true, idempotencyKey: 'k' };
    const { room } = await as('ada', 'create', input);
    expect(await as('ada', 'create', input)).toMatchObject({ room, role: 'owner' });
    expect((await as('bob', 'create', input)).room).not.toBe(room);
    for (let n = 0; n < 2; n += 1) {
      await as('ada', 'invite', { room, user: 'bob' });
      if (n === 1) await as('bob', 'accept', { room });
      await as('ada', 'rename', { room, title: 'Plans' });
    }
    await as('bob', 'accept', { room });
    for (let n = 0; n < 2; n += 1) {
      await as('ada', 'setRole', { room, user: 'bob', role: 'moderator' });
    }
    for (let n = 0; n < 2; n += 1) await as('ada', 'removeMember', { room, user: 'bob' });
    expect((await eventsOf(as, 'ada', room)).map(({ type }) => type)).toEqual([
      'roomCreated',
      'joined',
      'welcome',
      'roleChanged',
      'left',
    ]);
    expect((await noticesOf(as, 'bob')).filter(({ data }) => hasRoom(data, room))).toHaveLength(3);
    expect(await rosterOf(as, 'ada', room)).toMatchObject({ count: 1 });
  });

  it('keeps count of its members and invitations, whoever comes at once', async () => {
    const { as } = await stage();
    const room = await roomOf(as, 'ada');
    const users = Array.from({ length: 30 }, (_, n) => `u${n}`);
    await Promise.all(users.map((user) => as('ada', 'invite', { room, user })));
    await Promise.all(users.map((user) => as(user, 'accept', { room })));
    expect(await rosterOf(as, 'ada', room)).toMatchObject({ count: 31 });
    await Promise.all([
      ...users.slice(0, 10).map((user) => as(user, 'leaveRoom', { room })),
      ...users.slice(10, 20).map((user) => as('ada', 'removeMember', { room, user })),
    ]);
    const roster = await rosterOf(as, 'ada', room);
    expect([roster.count, roster.members.length]).toEqual([11, 11]);
    const events = await as<{ events: Event[] }>('ada', 'history', { room, limit: 200 });
    const types = events.events.map(({ type }) => type);
    expect(types.filter((type) => type === 'joined')).toHaveLength(30);
    expect(types.filter((type) => type === 'left')).toHaveLength(20);
  });

  it('is listed page by page, with what it is called now', async () => {
    const { as } = await stage();
    const ids = ['a', 'b', 'c', 'd', 'e'];
    for (const id of ids) await as('ada', 'create', { id, private: false, title: id });
    await as('ada', 'close', { room: 'b' });
    await as('ada', 'rename', { room: 'c', title: 'new' });
    const first = await as<Page>('ada', 'mine', { limit: 2 });
    expect(first).toMatchObject({
      rooms: [{ room: 'a' }, { room: 'c', title: 'new' }],
      hasMore: true,
    });
    const second = await as<Page>('ada', 'mine', { limit: 2, after: 'c' });
    expect(second).toMatchObject({ rooms: [{ room: 'd' }, { room: 'e' }], hasMore: false });
    expect(await as<Page>('bob', 'mine', {})).toEqual({ rooms: [], hasMore: false });
  });

  it('survives a restart: rooms, roles, invitations, bans, and what is closed', async () => {
    const dataDir = tempDir();
    const first = await startServer({ dataDir, publishing: 'off' });
    const { secret } = first;
    const before = callsAs(first);
    const room = await roomOf(before, 'ada', 'bob', 'cy');
    await before('ada', 'setRole', { room, user: 'bob', role: 'moderator' });
    await before('ada', 'invite', { room, user: 'dan' });
    await before('ada', 'removeMember', { room, user: 'cy', ban: true });
    const { room: gone } = await before('ada', 'create', { private: true });
    await before('ada', 'close', { room: gone });
    await before('ada', 'send', { room, text: 'kept' });
    await first.close();

    const as = callsAs(await startServer({ dataDir, secret, publishing: 'off' }));
    expect(await mineOf(as, 'bob')).toMatchObject([{ room, title: 'Plans', role: 'moderator' }]);
    expect(await rosterOf(as, 'ada', room)).toMatchObject({ count: 2 });
    await expect(eventsOf(as, 'cy', room)).rejects.toThrow('FORBIDDEN');
    await expect(as('ada', 'send', { room: gone, text: 'x' })).rejects.toThrow('FORBIDDEN');
    expect(await as('dan', 'accept', { room })).toMatchObject({ role: 'member' });
    expect((await eventsOf(as, 'dan', room)).at(-3)).toMatchObject({ data: { text: 'kept' } });
  });
});

describe('a direct room', () => {
  it('is one for two, whoever asks first, and for nobody else', async () => {
    const { as } = await stage();
    const mine = await as<MyRoom>('ada', 'direct', { user: 'bob' });
    expect(mine).toMatchObject({
      visibility: 'direct',
      role: 'member',
      with: { id: 'bob', name: 'bob' },
    });
    const theirs = await as<MyRoom>('bob', 'direct', { user: 'ada' });
    expect(theirs.room).toBe(mine.room);
    expect((await as<MyRoom>('ada', 'direct', { user: 'eve' })).room).not.toBe(mine.room);
    await as('ada', 'send', { room: mine.room, text: 'hi' });
    expect((await eventsOf(as, 'bob', mine.room)).map(({ type }) => type)).toEqual([
      'roomCreated',
      'message',
    ]);
    await expect(eventsOf(as, 'eve', mine.room)).rejects.toThrow('FORBIDDEN');
    expect(await mineOf(as, 'bob')).toMatchObject([{ room: mine.room, with: { id: 'ada' } }]);
    expect(await noticesOf(as, 'bob')).toMatchObject([{ type: 'joined', by: { id: 'ada' } }]);
    await expect(as('ada', 'direct', { user: 'ada' })).rejects.toThrow('BAD_INPUT');
  });

  it('is the same one when both ask at once', async () => {
    const { as } = await stage();
    const asked = await Promise.all(
      Array.from({ length: 10 }, (_, n) =>
        n % 2 ? as('ada', 'direct', { user: 'bob' }) : as('bob', 'direct', { user: 'ada' }),
      ),
    );
    expect(new Set(asked.map(({ room }) => room)).size).toBe(1);
    expect((await eventsOf(as, 'ada', asked[0]?.room ?? '')).map(({ type }) => type)).toEqual([
      'roomCreated',
    ]);
  });
});

function hasRoom({ room }: Record<string, unknown>, id: string): boolean {
  return typeof room === 'object' && room !== null && 'id' in room && room.id === id;
}
