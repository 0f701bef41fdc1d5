import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { RoomError, defineRoom, durable, type RoomKind } from '../../shared/index.ts';
import type { Authorize } from '../../server/auth/authorize.ts';
import { readyServer } from '../kit/ready-server.ts';
import { restAs } from '../kit/rest.ts';

const game = defineRoom('game', {
  events: {
    move: durable(z.strictObject({ to: z.number() }), { publish: 'client', editable: true }),
    score: durable(z.object({ points: z.number() }), { editable: true, removable: true }),
  },
  presence: z.object({ ready: z.boolean() }),
  membership: true,
});

async function stage(authorize: Authorize = () => true) {
  const rooms: { game: RoomKind } = { game };
  const server = await readyServer({}, { rooms, authorize });
  const ada = await restAs(server, { user: 'ada' });
  return { server, ada };
}

describe('a policy', () => {
  it('[AUT1] judges what is to be published or edited, as the contract has parsed it', async () => {
    const seen: unknown[] = [];
    const { ada } = await stage(({ action, data }) => {
      seen.push([action, data]);
      if (action === 'publish:move' && (data as { to: number }).to > 8)
        throw new RoomError('FORBIDDEN', 'that is off the board');
      return true;
    });
    const path = 'game/rooms/r';
    const publish = (data: object) => ada('POST', `${path}/publish`, { type: 'move', data });
    expect(await publish({ to: 9 })).toMatchObject({
      status: 403,
      body: { reason: 'FORBIDDEN', detail: 'that is off the board' },
    });
    const { body } = await publish({ to: 8 });
    const edit = (data: object) => ada('POST', `${path}/edit`, { target: body['position'], data });
    expect(await edit({ to: 3 })).toMatchObject({ status: 200 });
    expect(await edit({ to: 'x' })).toMatchObject({ status: 400 });
    expect(await ada('POST', `${path}/publish`, { type: 'move', data: { nope: 1 } })).toMatchObject(
      { status: 400 },
    );
    expect(seen).toEqual([
      ['publish:move', { to: 9 }],
      ['publish:move', { to: 8 }],
      ['edit:move', { to: 3 }],
      ['edit:move', undefined],
    ]);
  });
});

describe('what only the server publishes', () => {
  it('[AUT1] is changed by nobody else, whoever it is by and whoever runs the room', async () => {
    const { server, ada } = await stage(() => 'moderator');
    expect(await ada('POST', 'game/create', { id: 'club', private: true })).toMatchObject({
      status: 200,
    });
    for (const by of [undefined, { id: 'ada', name: 'ada' }]) {
      const { position: target } = await server.rooms.publish(
        'game',
        'club',
        'score',
        { points: 1 },
        by && { by },
      );
      const path = 'game/rooms/club';
      const refused = { status: 403, body: { reason: 'FORBIDDEN' } };
      expect(await ada('POST', `${path}/edit`, { target, data: { points: 100 } })).toMatchObject(
        refused,
      );
      expect(await ada('POST', `${path}/remove`, { target })).toMatchObject(refused);
      await server.rooms.edit('game', 'club', target, { points: 2 });
      await server.rooms.remove('game', 'club', target);
    }
  });
});
