import { describe, expect, it, onTestFinished } from 'vitest';
import { createRooms } from '../../client/index.ts';
import type { Action, UserOf } from '../../server/index.ts';
import { createLogger } from '../../server/logger.ts';
import { chat, RoomError, userIdOf } from '../../shared/index.ts';
import { follow, startServer, stockClient } from '../kit/clients.ts';
import { rawSocket } from '../kit/raw-socket.ts';
import { restAs } from '../kit/rest.ts';
import { waitFor } from '../kit/wait-for.ts';

const userOf: UserOf = ({ sub, nickname, tenant }) => {
  if (tenant === 'gone') throw new RoomError('FORBIDDEN', 'this tenant has left');
  if (tenant === undefined) throw new Error('secret: no tenant');
  return { id: userIdOf(String(sub)), name: String(nickname), claims: { tenant } };
};

/** A server for tenants, and how its users get their tokens. */
async function tenants() {
  const asked: { action: Action; claims: unknown }[] = [];
  const log: Record<string, unknown>[] = [];
  const write = (line: string) => void log.push(JSON.parse(line) as Record<string, unknown>);
  const server = await startServer({
    userOf,
    logger: createLogger('warn', { write }),
    authorize: ({ user, room, action }) => {
      asked.push({ action, claims: user.claims });
      return room.id === user.claims?.['tenant'];
    },
    procedures: ({ user }) => ({ tenant: user.query(({ ctx }) => ctx.user.claims) }),
  });
  const tokenOf = (sub: string, tenant?: string) =>
    server.token(sub, { claims: { nickname: 'Ada', ...(tenant && { tenant }) } });
  return { server, asked, log, tokenOf };
}

const id = 'auth0~7C1';

describe('a server that makes users of claims', () => {
  it('[AUT1] tells authorize and procedures what was kept, on every way in, and no client', async () => {
    const { server, asked, tokenOf } = await tenants();
    const token = await tokenOf('auth0|1', 'acme');
    const { trpc } = stockClient(server.socketUrl, token);
    const feed = await follow(trpc, 'acme');
    await trpc.chat.send.mutate({ room: 'acme', text: 'hi' });
    await waitFor(() => expect(feed.texts()).toEqual(['hi']));
    const forbidden = { data: { reason: 'FORBIDDEN' } };
    await expect(trpc.chat.history.query({ room: 'other' })).rejects.toMatchObject(forbidden);
    const over = await restAs(server, { bearer: token });
    expect(await over('GET', 'chat/rooms/acme/history')).toMatchObject({
      status: 200,
      body: { events: [{ by: { id, name: 'Ada' } }] },
    });
    expect(asked.map(({ action }) => action)).toEqual(
      expect.arrayContaining(['subscribe', 'publish:message', 'history']),
    );
    for (const { claims } of asked) expect(claims).toEqual({ tenant: 'acme' });
    const own = await fetch(`${server.url}/trpc/tenant`, {
      headers: { authorization: `Bearer ${token}` },
    });
    expect(await own.json()).toMatchObject({ result: { data: { json: { tenant: 'acme' } } } });
    // Others see him, and nothing of what was kept.
    const { users } = await trpc.chat.members.query({ room: 'acme' });
    expect(users).toEqual([{ id, name: 'Ada' }]);
    expect(JSON.stringify(feed.frames)).not.toContain('tenant');
  });

  it.each([
    ['gone', 'the token was refused: this tenant has left', 'this tenant has left'],
    [undefined, 'the token was refused: userOf threw', 'secret: no tenant'],
  ])(
    '[AUT2] refuses for good whom it makes no user of, and says why in its log: %s',
    async (tenant, reason, logged) => {
      const { server, log, tokenOf } = await tenants();
      const token = await tokenOf('auth0|1', tenant);
      const { closed } = await rawSocket(server.socketUrl, token);
      expect(await closed).toEqual({ code: 1008, reason });
      const over = await restAs(server, { bearer: token });
      expect(await over('GET', 'chat/rooms/acme/history')).toMatchObject({
        status: 401,
        body: { reason: 'TOKEN_REFUSED', detail: reason },
      });
      expect(log).toHaveLength(2);
      expect(log[0]).toMatchObject({ msg: 'userOf made no user of a token' });
      expect(log[0]?.['claims']).toEqual(expect.arrayContaining(['sub', 'nickname']));
      expect(JSON.stringify(log[0])).toContain(logged);
      expect(JSON.stringify(log)).not.toContain('auth0|1');
    },
  );

  it('has guests as they were, and makes nobody one', async () => {
    const { server, log, tokenOf } = await tenants();
    const answer = await fetch(`${server.url}/api/guest`, {
      method: 'POST',
      body: JSON.stringify({ name: 'Bob' }),
    });
    const { token, user } = (await answer.json()) as { token: string; user: { id: string } };
    const { trpc } = stockClient(server.socketUrl, token);
    // He has no tenant, and comes no further.
    await expect(trpc.chat.history.query({ room: 'acme' })).rejects.toThrow('may not');
    expect(user.id).toMatch(/^guest-/);
    expect(log).toEqual([]);
    const posing = await startServer({ userOf: () => ({ id: 'guest-1', name: 'Eve' }) });
    const { closed } = await rawSocket(posing.socketUrl, await posing.token('eve'));
    const reason = 'the token was refused: userOf returned the id of a guest';
    expect(await closed).toEqual({ code: 1008, reason });
    const mine = await fetch(`${server.url}/api/guest`, {
      method: 'POST',
      headers: { authorization: `Bearer ${await tokenOf('auth0|1', 'acme')}` },
      body: JSON.stringify({ name: 'Eve' }),
    });
    expect(mine.status).toBe(403);
  });

  it('[AUT2] signs him out by the id that it has made', async () => {
    const { server, tokenOf } = await tenants();
    const { trpc, socket } = stockClient(server.socketUrl, await tokenOf('auth0|1', 'acme'));
    await follow(trpc, 'acme');
    await server.rooms.signOut(id);
    await waitFor(() => expect(socket.connection?.state).not.toBe('open'));
  });

  it('is told apart by a client that knows who it is there', async () => {
    const { server, tokenOf } = await tenants();
    const token = await tokenOf('auth0|1', 'acme');
    const url = server.socketUrl;
    const rooms = createRooms({ chat }, { url, token, user: id, random: () => 0 });
    onTestFinished(() => rooms.close());
    const { notifications } = rooms.me;
    onTestFinished(notifications.subscribe(() => {}));
    for (const by of [
      { id: 'bob', name: 'Bob' },
      { id, name: 'Ada' },
    ]) {
      await server.rooms.notify(id, 'notification', { code: 'x', params: {} }, { by });
    }
    await waitFor(() => expect(notifications.getSnapshot().events).toHaveLength(2));
    // What he has done himself is no news to him.
    expect(notifications.getSnapshot().unread).toBe(1);
  });
});
