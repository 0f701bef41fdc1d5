import { expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import { createRooms } from '../../client/index.ts';
import { defineRoom, latest } from '../../shared/index.ts';
import { startServer } from '../kit/clients.ts';
import { restAs } from '../kit/rest.ts';
import { waitFor } from '../kit/wait-for.ts';

const rooms = {
  market: defineRoom('market', {
    events: { price: latest(z.object({ symbol: z.string() }), { key: ({ symbol }) => symbol }) },
    people: false,
  }),
};

it('[PRE1] a kind with `people: false` tells nobody who is there, whoever asks and however', async () => {
  const server = await startServer({ rooms });
  const client = createRooms(rooms, { url: server.socketUrl, token: await server.token('bob') });
  onTestFinished(() => client.close());
  const room = client.market.join('a', { onGap: 'reload' });
  await room.ready;
  // The server's own code may know.
  await waitFor(async () => {
    expect((await server.rooms.members('market', 'a')).users).toMatchObject([{ id: 'bob' }]);
  });
  await expect(room.members()).rejects.toMatchObject({ code: 'NO_SUCH_PROCEDURE' });
  expect(room.people.getSnapshot().users).toEqual([]);
  const eve = await restAs(server, { user: 'eve' });
  expect(await eve('GET', 'market/rooms/a/members')).toMatchObject({ status: 404 });
  const document = await fetch(`${server.url}/openapi.json`);
  expect(await document.text()).not.toContain('/rooms/{room}/members');
});
