import { describe, expect, it } from 'vitest';
import { chat, limits } from '../../shared/index.ts';
import { follow, startServer, stockClient } from '../kit/clients.ts';
import {
  invitationsOf,
  mineOf,
  noticesOf,
  roomOf,
  stage,
  type Page,
} from '../kit/private-rooms.ts';
import { callsAs } from '../kit/rooms-api.ts';
import { waitFor } from '../kit/wait-for.ts';

describe('bad input', () => {
  it('to the makers of rooms is refused, and nothing is made', async () => {
    const { as } = await stage();
    for (const [input, reason] of [
      [{}, 'BAD_INPUT'],
      [{ private: 'yes' }, 'BAD_INPUT'],
      [{ private: true, id: 'p~mine' }, 'BAD_INPUT'],
      [{ private: true, id: 'd~mine' }, 'BAD_INPUT'],
      [{ private: true, id: 'a/b' }, 'BAD_INPUT'],
      [{ private: true, title: '' }, 'BAD_INPUT'],
      [{ private: true, title: 'x'.repeat(101) }, 'BAD_INPUT'],
      [{ private: true, title: 'safe\u202Etxt' }, 'BAD_INPUT'],
      [{ private: true, owner: 'eve' }, 'BAD_INPUT'],
    ] as const) {
      await expect(as('ada', 'create', input)).rejects.toThrow(reason);
    }
    expect(await mineOf(as, 'ada')).toEqual([]);
    expect(await noticesOf(as, 'ada')).toEqual([]);
  });

  it('cannot take a room that others use, made it, or closed it', async () => {
    const { server, as } = await stage();
    await as('bob', 'send', { room: 'lounge', text: 'nice here' });
    await expect(as('eve', 'create', { id: 'lounge', private: true })).rejects.toThrow(
      'ROOM_TAKEN',
    );
    const { trpc } = stockClient(server.socketUrl, await server.token('bob'));
    await follow(trpc, 'quiet');
    await expect(as('eve', 'create', { id: 'quiet', private: true })).rejects.toThrow('ROOM_TAKEN');
    await as('bob', 'create', { id: 'quiet', private: true });
    await expect(as('eve', 'create', { id: 'quiet', private: true })).rejects.toThrow('ROOM_TAKEN');
    await as('bob', 'close', { room: 'quiet' });
    await expect(as('eve', 'create', { id: 'quiet', private: true })).rejects.toThrow('ROOM_TAKEN');
    await expect(as('bob', 'create', { id: 'quiet', private: true })).rejects.toThrow('ROOM_TAKEN');
  });

  it(
    'of 10,000 invitations stops at the limit of the room, politely',
    { timeout: 120_000 },
    async () => {
      const { server, as } = await stage();
      const room = await roomOf(as, 'ada');
      const { trpc } = stockClient(server.socketUrl, await server.token('ada'));
      let refused = 0;
      for (let from = 0; from < 10_000; from += 32) {
        const users = Array.from({ length: Math.min(32, 10_000 - from) }, (_, n) => `u${from + n}`);
        const done = await Promise.allSettled(
          users.map((user) => trpc.chat.invite.mutate({ room, user })),
        );
        for (const one of done) {
          if (one.status === 'fulfilled') continue;
          expect(one.reason).toMatchObject({ data: { reason: 'LIMIT_REACHED' } });
          refused += 1;
        }
      }
      expect(refused).toBe(10_000 - limits.invitationsPerRoom);
      expect(await noticesOf(as, 'u9999')).toEqual([]);
      expect(await invitationsOf(as, 'u9999')).toEqual([]);
      // Room again when one has been answered.
      await as('u0', 'decline', { room });
      await as('ada', 'invite', { room, user: 'u9999' });
    },
  );

  it('of invitations for one user stops at his limit', async () => {
    const { as } = await stage();
    const rooms = [];
    for (let n = 0; n <= limits.invitationsPerUser; n += 1) {
      rooms.push((await as(`owner${n % 7}`, 'create', { id: `r${n}`, private: true })).room);
    }
    for (const [n, room] of rooms.entries()) {
      const invited = as(`owner${n % 7}`, 'invite', { room, user: 'bob' });
      if (n < limits.invitationsPerUser) await invited;
      else await expect(invited).rejects.toThrow('LIMIT_REACHED');
    }
    expect(await noticesOf(as, 'bob')).toHaveLength(50);
  });

  it(
    'of rooms for one user stops at his limit, direct ones of others aside',
    { timeout: 60_000 },
    async () => {
      const { as } = await stage();
      for (let n = 0; n < limits.roomsPerUser; n += 1) {
        await as('ada', 'create', { id: `r${n}`, private: true });
      }
      await expect(as('ada', 'create', { private: true })).rejects.toThrow('LIMIT_REACHED');
      // Direct rooms are counted by themselves, and only those that one has opened.
      for (let n = 0; n < limits.roomsPerUser; n += 1) {
        await as('ada', 'direct', { user: `u${n}` });
        await as(`v${n}`, 'direct', { user: 'ada' });
      }
      await expect(as('ada', 'direct', { user: 'bob' })).rejects.toThrow('LIMIT_REACHED');
      await as('bob', 'direct', { user: 'ada' });
      const ids: string[] = [];
      for (let page: Page | undefined; page?.hasMore !== false;) {
        const after: string | undefined = page?.rooms.at(-1)?.room;
        page = await as<Page>('ada', 'mine', { limit: 100, ...(after && { after }) });
        ids.push(...page.rooms.map(({ room: id }) => id));
      }
      expect([ids.length, new Set(ids).size]).toEqual([1_501, 1_501]);
      const room = await roomOf(as, 'bob');
      await as('bob', 'invite', { room, user: 'ada' });
      await expect(as('ada', 'accept', { room })).rejects.toThrow('LIMIT_REACHED');
      await as('ada', 'close', { room: 'r7' });
      await as('ada', 'close', { room: 'r8' });
      await waitFor(async () => {
        expect(await as('ada', 'accept', { room })).toMatchObject({ room });
      });
    },
  );
});

describe('a policy', () => {
  it('[AUT1] is told what the room is to the user, and can only refuse more', async () => {
    const asked: unknown[] = [];
    const server = await startServer({
      rooms: { chat },
      authorize: ({ user, room, action, membership }) => {
        asked.push([user.id, action, membership]);
        return room.id !== 'forbidden' && !(user.id === 'intern' && action === 'create');
      },
    });
    const as = callsAs(server);
    await as('ada', 'create', { id: 'r', private: true });
    await as('ada', 'send', { room: 'r', text: 'x' });
    // It says yes to everybody, and membership says no.
    await expect(as('eve', 'send', { room: 'r', text: 'x' })).rejects.toThrow('FORBIDDEN');
    await expect(as('intern', 'create', { private: true })).rejects.toThrow('FORBIDDEN');
    await expect(as('ada', 'create', { id: 'forbidden', private: true })).rejects.toThrow(
      'FORBIDDEN',
    );
    expect(asked.slice(0, 2)).toEqual([
      ['ada', 'create', { visibility: undefined, role: undefined, isBanned: false }],
      ['ada', 'publish:message', { visibility: 'private', role: 'owner', isBanned: false }],
    ]);
    expect(asked.some((one) => JSON.stringify(one).includes('eve'))).toBe(false);
  });
});
