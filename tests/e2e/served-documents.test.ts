import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { defineRoom, durable } from '../../shared/index.ts';
import { restServer } from '../kit/rest-server.ts';

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
});
