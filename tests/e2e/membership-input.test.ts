import { describe, expect, it } from 'vitest';
import { MEMBERSHIP_PROCEDURES } from '../../shared/index.ts';
import { startServer } from '../kit/clients.ts';
import { callsAs, overHttp, overSocket } from '../kit/rooms-api.ts';

const QUERIES = new Set<string>(['mine', 'invitations', 'roster']);
const GARBAGE: readonly unknown[] = [
  7,
  'r',
  [],
  [{ room: 'r' }],
  { room: 7 },
  { room: '' },
  { room: '..' },
  { room: 'a/b' },
  { room: 'x'.repeat(129) },
  { room: { id: 'r' } },
  { room: 'r', user: null },
  { room: 'r', user: ['bob'] },
  { room: 'r', user: 'bob', role: 'king' },
  { room: 'r', user: 'bob', ban: 1 },
  { room: 'r', user: 'bob', by: 'eve' },
  { room: 'r', title: 7 },
  { room: 'r', title: 'a\u0000b' },
  { room: 'r', title: 'a\u200bb' },
  { room: 'r', title: 'x'.repeat(10_000) },
  { user: 'r', private: true },
  { private: true, id: 'r', idempotencyKey: 'a b' },
  { limit: 0 },
  { limit: 101 },
  { limit: 1.5 },
  { after: '../x' },
  { room: 'r', limit: -1 },
];
// What a list takes for no input at all.
const isInput = (path: string, input: unknown) => QUERIES.has(path) && input === undefined;

describe('garbage for the procedures of rooms with members', () => {
  it.each([
    ['WebSocket', overSocket],
    ['HTTP', overHttp],
  ] as const)('is refused over %s, and leaves nothing behind', async (_, open) => {
    const server = await startServer({ publishing: 'off' });
    const as = callsAs(server);
    await as('ada', 'create', { id: 'r', private: false, title: 'Plans' });
    const call = await open(server, 'ada');
    for (const path of MEMBERSHIP_PROCEDURES) {
      const type = QUERIES.has(path) ? 'query' : 'mutation';
      for (const input of GARBAGE) {
        if (isInput(path, input)) continue;
        const { outcome } = await call(type, `chat.${path}`, input);
        expect([path, input, outcome]).toEqual([path, input, 'BAD_INPUT']);
      }
    }
    expect(await as('ada', 'mine', {})).toMatchObject({ rooms: [{ room: 'r', title: 'Plans' }] });
    expect(await as('ada', 'roster', { room: 'r' })).toMatchObject({ count: 1 });
    const { events } = await as<{ events: unknown[] }>('ada', 'history', { room: 'r' });
    expect(events).toHaveLength(1);
  });
});
