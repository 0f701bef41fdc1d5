import { describe, expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import { createRooms } from '../../client/index.ts';
import { activity, defineRoom, durable, latest } from '../../shared/index.ts';
import { startServer } from '../kit/clients.ts';
import { roadTo } from '../kit/road.ts';
import { waitFor } from '../kit/wait-for.ts';

const point = z.object({ x: z.number() });
const plan = defineRoom('plan', {
  events: {
    note: durable(z.object({ text: z.string() }), { publish: 'client' }),
    cursor: latest(point, { key: 'member', publish: 'client', isEnd: ({ x }) => x < 0 }),
    laser: latest(point, { key: 'member', publish: 'client', expiresMs: 3_000 }),
    draft: latest(point, { key: 'member', publish: 'client', endedBy: ['note'] }),
    focus: latest(point, { key: 'user', publish: 'client' }),
    typing: activity('typing'),
  },
});
type ValueType = 'cursor' | 'laser' | 'draft' | 'focus';

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** A server that writes down what was published, and people who come by a road that can be cut or past it. */
async function stage(options: { readonly mayPublish?: (what: string) => boolean } = {}) {
  const published: string[] = [];
  const server = await startServer({
    rooms: { plan },
    authorize: ({ action, data, user }) => {
      if (!action.startsWith('publish:')) return true;
      const what = `${user.id} ${action.slice(8)} ${(data as { x?: number }).x ?? ''}`.trim();
      published.push(what);
      return options.mayPublish?.(what) ?? true;
    },
  });
  const road = await roadTo(server);
  const clientOf = async (id: string, url: string) => {
    const token = await server.token(id);
    // Always the shortest delay: half a second.
    const rooms = createRooms({ plan }, { url, token, random: () => 0 });
    onTestFinished(() => rooms.close());
    return rooms;
  };
  const join = async (id: string, url: string, room = 'r') => {
    const rooms = await clientOf(id, url);
    const handle = rooms.plan.join(room, { onGap: 'reload' });
    let begun = 0;
    handle.onFrame((frame) => frame.type === 'ready' && (begun += 1));
    await handle.ready;
    const back = () => waitFor(() => expect(begun).toBeGreaterThan(1));
    const values = (type: ValueType) =>
      [...handle.latest(type).getSnapshot().values()].map(({ data }) => data.x);
    return { rooms, handle, back, values };
  };
  return {
    published,
    road,
    clientOf,
    byRoad: (id: string) => join(id, road.url),
    past: (id: string) => join(id, server.socketUrl),
  };
}

describe('what one says of oneself by values keyed by member', () => {
  it('[CON1] stands again for everybody after a line that broke, and nobody has to do anything', async () => {
    const { road, byRoad, past, published } = await stage();
    const [ada, bob, cy] = [await byRoad('ada'), await past('bob'), await byRoad('cy')];
    await ada.handle.publish('cursor', { x: 1 });
    await ada.handle.publish('focus', { x: 7 });
    await waitFor(() => expect(bob.values('cursor')).toEqual([1]));
    const [key] = bob.handle.latest('cursor').getSnapshot().keys();
    for (const x of [1, 2]) {
      road.cut();
      await waitFor(() => expect(bob.values('cursor')).toEqual([]));
      await waitFor(() => expect(bob.values('cursor')).toEqual([x]));
      await cy.back();
      const dan = await past('dan');
      for (const reader of [ada, cy, dan]) {
        await waitFor(() => expect(reader.values('cursor')).toEqual([x]));
        expect(reader.values('focus')).toEqual([7]);
      }
      if (x === 1) await ada.handle.publish('cursor', { x: 2 });
    }
    expect([...bob.handle.latest('cursor').getSnapshot().keys()]).not.toEqual([key]);
    expect(published).toEqual(
      [1, 1, 2, 2].map((x) => `ada cursor ${x}`).toSpliced(1, 0, 'ada focus 7'),
    );
  });

  it('[CON1] is the newest that was sent, and never an older one after it', async () => {
    const { road, byRoad, past } = await stage();
    const [ada, bob] = [await byRoad('ada'), await past('bob')];
    const seen: number[] = [];
    bob.handle.on('cursor', ({ data }) => seen.push(data.x));
    let x = 0;
    for (let round = 0; round < 3; round += 1) {
      // Some on their way as the line breaks, some refused meanwhile, some as it comes back.
      const until = Date.now() + 1_200;
      while (Date.now() < until) {
        ada.handle.publish('cursor', { x: (x += 1) }).catch(() => {});
        if (Date.now() > until - 900) road.cut();
        await pause(7);
      }
      await waitFor(() => expect(ada.rooms.connection.current.state).toBe('open'));
    }
    await waitFor(() => expect(bob.values('cursor')).toHaveLength(1));
    expect(seen).toEqual(seen.toSorted((a, b) => a - b));
    await waitFor(async () => {
      await ada.handle.publish('cursor', { x: 9_999 });
      expect(bob.values('cursor')).toEqual([9_999]);
    });
  });

  it.each(['left the room', 'closed the client'] as const)(
    '[CON1] is not said again by one who has %s',
    async (how) => {
      const { road, byRoad, past, published, clientOf } = await stage();
      const [ada, bob] = [await byRoad('ada'), await past('bob')];
      await ada.handle.publish('cursor', { x: 1 });
      road.close();
      if (how === 'left the room') ada.handle.leave();
      else ada.rooms.close();
      road.open();
      // Who comes anew has said nothing, through the same client or another.
      const again = how === 'left the room' ? ada.rooms : await clientOf('ada', road.url);
      const handle = again.plan.join('r', { onGap: 'reload' });
      await handle.ready;
      await pause(300);
      expect(published).toEqual(['ada cursor 1']);
      expect(bob.values('cursor')).toEqual([]);
    },
  );

  it('[CON1] [TYP1] is neither an activity, nor what an event ends, nor old, nor ended, be it while away', async () => {
    const { road, byRoad, past, published } = await stage();
    const [ada, bob, cy] = [await byRoad('ada'), await past('bob'), await byRoad('cy')];
    await ada.handle.say('typing');
    await ada.handle.publish('draft', { x: 1 });
    await ada.handle.publish('laser', { x: 2 });
    await ada.handle.publish('cursor', { x: 3 });
    await cy.handle.publish('cursor', { x: 4 });
    await cy.handle.publish('cursor', { x: -1 });
    const before = published.length;
    road.close();
    const ended = ada.handle.publish('cursor', { x: -1 });
    await expect(ended).rejects.toMatchObject({ code: 'DISCONNECTED' });
    await cy.handle.publish('laser', { x: 5 }).catch(() => {});
    await pause(3_100);
    road.open();
    await Promise.all([ada.back(), cy.back()]);
    await pause(500);
    expect(published.slice(before)).toEqual([]);
    for (const type of ['draft', 'laser', 'cursor'] as const) expect(bob.values(type)).toEqual([]);
    expect(bob.handle.typingUsers.getSnapshot().count).toBe(0);
  });

  it('[CON1] is said again while it is not old yet', async () => {
    const { road, byRoad, past } = await stage();
    const [ada, bob] = [await byRoad('ada'), await past('bob')];
    await ada.handle.publish('laser', { x: 1 });
    road.cut();
    await waitFor(() => expect(bob.values('laser')).toEqual([]));
    await waitFor(() => expect(bob.values('laser')).toEqual([1]));
    await waitFor(() => expect(bob.values('laser')).toEqual([]));
  });

  it('[AUT1] is given up where the policy refuses it by then, and asked for no more', async () => {
    let mayPoint = true;
    const { road, byRoad, past, published } = await stage({ mayPublish: () => mayPoint });
    const [ada, bob] = [await byRoad('ada'), await past('bob')];
    await ada.handle.publish('cursor', { x: 1 });
    mayPoint = false;
    // What stands is not what was refused since.
    const refused = ada.handle.publish('cursor', { x: 2 });
    await expect(refused).rejects.toMatchObject({ code: 'FORBIDDEN' });
    const said = ['ada cursor 1', 'ada cursor 2', 'ada cursor 1'];
    for (const _ of [1, 2]) {
      road.cut();
      await waitFor(() => expect(ada.rooms.connection.current.state).not.toBe('open'));
      await waitFor(() => expect(ada.rooms.connection.current.state).toBe('open'));
      await waitFor(() => expect(published).toEqual(said));
      await pause(200);
      expect(published).toEqual(said);
    }
    expect(bob.values('cursor')).toEqual([]);
    expect(ada.handle.current.state).toBe('joined');
  });

  it('[CON1] is said once by a client that follows one room twice, the newest of both', async () => {
    const { road, byRoad, past, published } = await stage();
    const [ada, bob] = [await byRoad('ada'), await past('bob')];
    const other = ada.rooms.plan.join('r', { onGap: 'reload' });
    await other.ready;
    await ada.handle.publish('cursor', { x: 1 });
    await other.publish('cursor', { x: 2 });
    road.cut();
    await waitFor(() => expect(bob.values('cursor')).toEqual([]));
    await waitFor(() => expect(bob.values('cursor')).toEqual([2]));
    await pause(300);
    expect(published).toEqual([1, 2, 2].map((x) => `ada cursor ${x}`));
  });

  it('[CON1] of 100 rooms at once comes at 40 a second, each once, and leaves room for what a user does', async () => {
    const { road, clientOf, past, published } = await stage();
    const ada = await clientOf('ada', road.url);
    const rooms = Array.from({ length: 100 }, (_, no) =>
      ada.plan.join(`r${no}`, { onGap: 'reload' }),
    );
    await Promise.all(rooms.map(({ ready }) => ready));
    await Promise.all(rooms.map((room, x) => room.publish('cursor', { x })));
    await pause(1_000);
    published.length = 0;
    const states: string[] = [];
    road.cut();
    await waitFor(() => expect(published.length).toBeGreaterThan(0));
    const since = Date.now();
    ada.connection.subscribe(({ state }) => states.push(state));
    for (let no = 0; no < 30; no += 1) await rooms[no]?.publish('note', { text: `${no}` });
    await waitFor(() => expect(published).toHaveLength(130));
    expect(Date.now() - since).toBeGreaterThan(2_000);
    await pause(300);
    const cursors = published.filter((one) => one.startsWith('ada cursor'));
    expect(new Set(cursors).size).toBe(100);
    expect(published).toHaveLength(130);
    expect(states).toEqual([]);
    const last = await past('bob');
    expect(last.handle.current.state).toBe('joined');
  });
});
