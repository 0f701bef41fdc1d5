import { describe, expect, it, onTestFinished } from 'vitest';
import { createRooms } from '../../server/create-rooms.ts';
import type { Feed } from '../../server/rooms/feed.ts';
import { createRouter } from '../../server/router/trpc.ts';
import { chat, HOUR } from '../../shared/index.ts';
import { follow, startServer, stockClient } from '../kit/clients.ts';
import { roomOf, stage } from '../kit/private-rooms.ts';
import { callsAs, overHttp, overSocket } from '../kit/rooms-api.ts';
import { waitFor } from '../kit/wait-for.ts';

async function trio() {
  const { server, as } = await stage();
  const room = await roomOf(as, 'ada', 'bob', 'cy');
  const followAs = async (user: string) =>
    follow(stockClient(server.socketUrl, await server.token(user)).trpc, room);
  return { server, as, room, followAs };
}

type Followed = Awaited<ReturnType<Awaited<ReturnType<typeof trio>>['followAs']>>;
const lastOf = ({ frames }: Followed) => frames.at(-1)?.data;

describe('losing membership', () => {
  it.each([
    { reason: 'removed', actor: 'ada', path: 'removeMember', input: { user: 'bob' } },
    { reason: 'banned', actor: 'ada', path: 'removeMember', input: { user: 'bob', ban: true } },
    { reason: 'left', actor: 'bob', path: 'leaveRoom', input: {} },
  ])(
    '[AUT1] $reason: ends the feeds of that user at once, and of nobody else',
    async ({ reason, actor, path, input }) => {
      const { as, room, followAs } = await trio();
      const [bob, tablet, cy] = [
        await followAs('bob'),
        await followAs('bob'),
        await followAs('cy'),
      ];
      await as('ada', 'send', { room, text: 'before' });
      await waitFor(() => expect(bob.texts()).toEqual(['before']));
      await as(actor, path, { room, ...input });
      const from = performance.now();
      for (const feed of [bob, tablet]) {
        await waitFor(() => expect(lastOf(feed)).toEqual({ type: 'revoked', reason }));
      }
      expect(performance.now() - from).toBeLessThan(1_000);
      await as('ada', 'send', { room, text: 'after' });
      await waitFor(() => expect(cy.texts()).toEqual(['before', 'after']));
      for (const feed of [bob, tablet]) {
        expect(feed.texts()).toEqual(['before']);
        expect(lastOf(feed)).toEqual({ type: 'revoked', reason });
      }
      expect(cy.frames.some(({ data }) => data.type === 'revoked')).toBe(false);
      const calls = {
        send: { text: 'x' },
        publish: { type: 'message', data: { text: 'x' } },
        whisper: { to: 'ada', text: 'x' },
      };
      for (const [call, given] of Object.entries(calls)) {
        await expect(as('bob', call, { room, ...given })).rejects.toThrow('FORBIDDEN');
      }
    },
  );

  it("[AUT1] closing a room ends everybody's feeds, after the word in its log", async () => {
    const { as, room, followAs } = await trio();
    const feeds = [await followAs('ada'), await followAs('bob')];
    await as('ada', 'close', { room });
    for (const feed of feeds) {
      await waitFor(() => expect(lastOf(feed)).toEqual({ type: 'revoked', reason: 'closed' }));
      expect(feed.frames.at(-2)?.data).toMatchObject({ type: 'event', event: { type: 'closed' } });
    }
    await waitFor(async () => {
      const { events } = await as<{ events: unknown[] }>('bob', 'me.history', {});
      expect(events.at(-1)).toMatchObject({ type: 'removed', data: { code: 'closed' } });
    });
  });

  it('[RES1] keeps the tracked id, so that coming back is a question of rights alone', async () => {
    const { as, room, followAs } = await trio();
    const bob = await followAs('bob');
    await as('ada', 'send', { room, text: 'one' });
    await waitFor(() => expect(bob.texts()).toEqual(['one']));
    // Somebody's presence may have been told since.
    const position = bob.frames.at(-1)?.id.replace(/\/.*/, '');
    await as('ada', 'removeMember', { room, user: 'bob' });
    await waitFor(() => expect(lastOf(bob)).toMatchObject({ type: 'revoked' }));
    expect(bob.frames.at(-1)?.id).toMatch(new RegExp(`^${position}/`));
  });

  it('[RES4] lets nobody resume who was shut out while he was away', async () => {
    const { server, as, room, followAs } = await trio();
    const bob = await followAs('bob');
    await as('ada', 'send', { room, text: 'one' });
    await waitFor(() => expect(bob.texts()).toEqual(['one']));
    const lastEventId = bob.frames.at(-1)?.id;
    bob.unsubscribe();
    await as('ada', 'removeMember', { room, user: 'bob' });
    for (const open of [overSocket, overHttp]) {
      const call = await open(server, 'bob');
      const { outcome, bytes } = await call('subscription', 'chat.events', { room, lastEventId });
      expect(outcome).toBe('FORBIDDEN');
      expect(bytes).not.toContain('one');
    }
  });

  it('[AUT1] ends event streams over HTTP as well', async () => {
    const { server, as, room } = await trio();
    const input = encodeURIComponent(JSON.stringify({ json: { room } }));
    const response = await fetch(`${server.url}/trpc/chat.events?input=${input}`, {
      headers: { authorization: `Bearer ${await server.token('bob')}` },
    });
    const decoder = new TextDecoder();
    let text = '';
    let isRemoved = false;
    for await (const chunk of response.body ?? []) {
      text += decoder.decode(chunk, { stream: true });
      if (!text.includes('"ready"') || isRemoved) continue;
      isRemoved = true;
      await as('ada', 'removeMember', { room, user: 'bob' });
    }
    // The loop has ended: so has the stream.
    expect(text).toContain('"revoked"');
  });

  it('[AUT1] finds the feed that was being opened meanwhile', async () => {
    const waiting: (() => void)[] = [];
    let isSlow = false;
    const server = await startServer({
      rooms: { chat },
      authorize: async ({ user, action }) => {
        const isHeld = isSlow && user.id === 'bob' && action === 'subscribe';
        if (isHeld) await new Promise<void>((resolve) => waiting.push(resolve));
        return true;
      },
    });
    const as = callsAs(server);
    const { room } = await as('ada', 'create', { private: true });
    await as('ada', 'invite', { room, user: 'bob' });
    await as('bob', 'accept', { room });
    isSlow = true;
    const call = await overSocket(server, 'bob');
    const asked = call('subscription', 'chat.events', { room });
    await waitFor(() => expect(waiting).toHaveLength(1));
    await as('ada', 'removeMember', { room, user: 'bob' });
    waiting[0]?.();
    expect((await asked).outcome).toBe('FORBIDDEN');
  });
});

describe("the server's own policy", () => {
  it('[AUT1] shuts a user out of one room with rooms.revoke', async () => {
    const allowed = new Set(['bob', 'cy']);
    const rooms = await createRooms({
      rooms: { chat },
      dataDir: null,
      authorize: ({ user }) => allowed.has(user.id),
    });
    onTestFinished(() => rooms.close());
    const open = async (id: string) => {
      const user = { id, name: id, expiresAt: Date.now() + HOUR };
      const caller = createRouter(rooms.routers).createCaller({ user, connectionId: id });
      return (await caller.chat.events({ room: 'r' })) as unknown as Feed;
    };
    const [bob, cy] = [await open('bob'), await open('cy')];
    for (const feed of [bob, cy]) expect(await typeOf(feed)).toBe('ready');
    allowed.delete('bob');
    // What waits for him is not shown any more.
    await rooms.publish('chat', 'r', 'message', { text: 'queued' });
    await rooms.revoke({ kind: 'chat', room: 'r', user: 'bob' });
    await rooms.publish('chat', 'r', 'message', { text: 'later' });
    expect([await typeOf(bob), await typeOf(bob)]).toEqual(['revoked', 'over']);
    expect([await typeOf(cy), await typeOf(cy)]).toEqual(['event', 'event']);
    await expect(open('bob')).rejects.toMatchObject({ code: 'FORBIDDEN' });
  });
});

async function typeOf(feed: Feed): Promise<string> {
  const { done, value } = await feed.next();
  return done ? 'over' : value[1].type;
}
