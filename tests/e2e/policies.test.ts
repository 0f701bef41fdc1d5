import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { RoomError, defineRoom, durable, type RoomKind } from '../../shared/index.ts';
import type { Authorize } from '../../server/auth/authorize.ts';
import { createLogger } from '../../server/logger.ts';
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

/** What a server logs at `debug` of calls that were refused. */
async function refusals(authorize: Authorize) {
  const lines: Record<string, unknown>[] = [];
  const write = (line: string) => void lines.push(JSON.parse(line) as Record<string, unknown>);
  const logger = createLogger('debug', { write });
  const rooms: { game: RoomKind } = { game };
  const server = await readyServer({}, { rooms, authorize, logger });
  const refused = () => lines.filter(({ msg }) => msg === 'a call was refused');
  return { refused, as: (user: string) => restAs(server, { user }) };
}

async function stage(authorize: Authorize = () => true) {
  const rooms: { game: RoomKind } = { game };
  const server = await readyServer({}, { rooms, authorize });
  const ada = await restAs(server, { user: 'ada' });
  return { server, ada };
}

describe('a policy', () => {
  it('[AUT1] is named in the debug log where it refuses, and membership where that does; callers hear of neither', async () => {
    const { refused, as } = await refusals(({ action }) => action !== 'publish:move');
    const [ada, bob] = [await as('ada'), await as('bob')];
    const publish = { type: 'move', data: { to: 1 } };
    const byPolicy = await ada('POST', 'game/rooms/r/publish', publish);
    const { body } = await ada('POST', 'game/create', { title: 'Own', private: true });
    const room = String(body['room']);
    const byMembers = await bob('GET', `game/rooms/${room}/history`);
    const missing = await bob('GET', 'game/rooms/p~nowhere/history');
    expect(refused()).toMatchObject([
      { code: 'FORBIDDEN', why: 'authorize refuses publish:move in game/r to ada' },
      { code: 'FORBIDDEN', why: `membership refuses history in game/${room} to bob` },
      { code: 'FORBIDDEN', why: 'membership refuses history in game/p~nowhere to bob' },
    ]);
    expect(byMembers.body).toEqual(missing.body);
    for (const answer of [byPolicy, byMembers, missing]) {
      expect(answer.status).toBe(403);
      expect(JSON.stringify(answer.body)).not.toContain('refuses');
    }
  });

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
