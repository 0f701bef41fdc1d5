import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { defineRoom, durable, HOUR } from '../../shared/index.ts';
import { restAs } from '../kit/rest.ts';
import { restServer } from '../kit/rest-server.ts';
import { settableClock } from '../kit/settable-clock.ts';

describe('documents', () => {
  it('are served, compressed and tagged, for the contract of the server', async () => {
    const board = defineRoom('board', {
      events: { note: durable(z.object({ text: z.string() }), { publish: 'client' }) },
    });
    const { ready, ada } = await restServer({ rooms: { board } });
    // A contract that says nothing of itself is served and documented all the same.
    expect(await ada('GET', 'board/rooms/r/members')).toMatchObject({ status: 200 });
    const openapi = await fetch(`${ready.url}/openapi.json`);
    expect(openapi.headers.get('content-encoding')).toBe('gzip');
    const refusing = { 'accept-encoding': 'identity, gzip;q=0' };
    const plain = await fetch(`${ready.url}/openapi.json`, { headers: refusing });
    expect(plain.headers.get('content-encoding')).toBeNull();
    expect(Object.keys((await openapi.json()).paths)).toContain('/api/board/rooms/{room}/publish');
    const etag = openapi.headers.get('etag') ?? '';
    const again = await fetch(`${ready.url}/openapi.json`, { headers: { 'if-none-match': etag } });
    expect(again.status).toBe(304);
    const asyncapi = await (await fetch(`${ready.url}/asyncapi.json`)).json();
    expect(Object.keys(asyncapi.operations)).toContain('board.publish');
    expect(await (await fetch(`${ready.url}/schemas.json`)).json()).toHaveProperty('$defs');
    const head = await fetch(`${ready.url}/schemas.json`, { method: 'HEAD' });
    expect([head.status, (await head.text()).length]).toEqual([200, 0]);
    expect((await fetch(`${ready.url}/schemas.json`, { method: 'POST' })).status).toBe(404);
  });

  it('name every way in which guests and backends are refused', async () => {
    const clock = settableClock(Date.now());
    const { ready, backend } = await restServer({ clock });
    const [nobody, bad] = [await restAs(ready, 'nobody'), await restAs(ready, { bearer: 'bad' })];
    const late = await restAs(ready, { user: 'late' });
    clock.turn(2 * HOUR);
    const user = await restAs(ready, { user: 'user' });
    const expected = [
      ['guest', late, { name: 'x' }, 401, 'TOKEN_EXPIRED'],
      ['guest', bad, { name: 'x' }, 401, 'TOKEN_REFUSED'],
      ['guest', backend, { name: 'x' }, 401, 'TOKEN_REFUSED'],
      ['guest', nobody, { name: 7 }, 400, 'BAD_INPUT'],
      ['guest', nobody, 'x'.repeat(70_000), 413, 'TOO_LARGE'],
      ['users/{user}/revoke', backend, {}, 400, 'BAD_INPUT'],
      ['users/{user}/revoke', backend, 'x'.repeat(70_000), 413, 'TOO_LARGE'],
      ['users/{user}/revoke', nobody, {}, 401, 'UNAUTHENTICATED'],
      ['users/{user}/revoke', bad, {}, 401, 'TOKEN_REFUSED'],
      ['users/{user}/revoke', late, {}, 401, 'TOKEN_EXPIRED'],
      ['users/{user}/revoke', user, {}, 403, 'FORBIDDEN'],
      ['users/{user}/notify', backend, { type: 'none' }, 400, 'BAD_INPUT'],
      ['chat/broadcast', backend, { rooms: [] }, 400, 'BAD_INPUT'],
    ] as const;
    const { paths } = await (await fetch(`${ready.url}/openapi.json`)).json();
    for (const [path, call, input, status, reason] of expected) {
      const { post } = paths[`/api/${path}`];
      const answer = await call('POST', path.replace('{user}', 'bob'), input);
      expect([path, answer.status, answer.body.reason]).toEqual([path, status, reason]);
      expect(post['x-errors'], path).toContain(reason);
      expect(Object.keys(post.responses), path).toContain(String(status));
    }
    for (const { post } of [paths['/api/guest'], paths['/api/users/{user}/revoke']]) {
      expect(Object.keys(post.responses)).toEqual(expect.arrayContaining(['404', '405', '500']));
    }
    const foreign = { headers: { origin: 'https://elsewhere.example' } };
    const refused = await fetch(`${ready.url}/healthz`, foreign);
    expect(Object.keys(paths['/healthz'].get.responses)).toContain(String(refused.status));
  });
});
