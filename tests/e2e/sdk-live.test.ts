import { expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import { createRooms } from '../../client/index.ts';
import { defineRoom, latest } from '../../shared/index.ts';
import { startServer } from '../kit/clients.ts';
import { settle } from '../kit/settle.ts';
import { waitFor } from '../kit/wait-for.ts';

const point = z.object({ x: z.number() });
const move = z.object({ shape: z.string(), x: z.number() });
const plan = defineRoom('plan', {
  events: {
    cursor: latest(point, { key: 'member', publish: 'client' }),
    moved: latest(move, { key: ({ shape }) => shape, publish: 'client' }),
  },
  shorthands: { point: 'cursor', move: 'moved' },
});

it('[CON1] a pointer may tell of itself at every move: the last place arrives, and no connection is closed', async () => {
  const server = await startServer({ rooms: { plan } });
  const join = async (id: string) => {
    const rooms = createRooms({ plan }, { url: server.socketUrl, token: await server.token(id) });
    onTestFinished(() => rooms.close());
    const room = rooms.plan.join('r', { onGap: 'reload' });
    await room.ready;
    return { rooms, room };
  };
  const [ada, bob] = [await join('ada'), await join('bob')];
  const states: string[] = [];
  ada.rooms.connection.subscribe(({ state }) => states.push(state));
  const seen: number[] = [];
  bob.room.on('cursor', ({ data }) => seen.push(data.x));
  const acks: Promise<unknown>[] = [];
  for (let x = 1; x <= 500; x += 1) {
    acks.push(ada.room.point({ x }), ada.room.move({ shape: x % 2 ? 'odd' : 'even', x }));
    await settle();
  }
  await Promise.all(acks);
  await waitFor(() => expect(seen.at(-1)).toBe(500));
  const shapes = () => [...bob.room.latest('moved').getSnapshot().values()].map(({ data }) => data);
  await waitFor(() =>
    expect(shapes()).toEqual(
      expect.arrayContaining([
        { shape: 'odd', x: 499 },
        { shape: 'even', x: 500 },
      ]),
    ),
  );
  expect(seen.length).toBeLessThan(500);
  expect(states).toEqual([]);
});
