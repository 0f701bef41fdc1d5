import { callTRPCProcedure, getErrorShape, type AnyTRPCRouter } from '@trpc/server';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRooms } from '../../server/create-rooms.ts';
import { directOf } from '../../server/direct.ts';
import { createLogger } from '../../server/logger.ts';
import type { Rooms } from '../../server/server-rooms.ts';
import { createRouter, type RoomsContext } from '../../server/router/trpc.ts';
import { chat } from '../../shared/index.ts';
import { ada } from '../kit/rooms.ts';

const NOW = 1_700_000_000_000;
const clock = { now: () => NOW, elapsed: () => NOW, after: () => () => {} };
const valid = { ...ada, expiresAt: NOW + 1 };
const expired = { ...ada, expiresAt: NOW };

const calls = [
  ['mutation', 'chat.publish', { room: 'hall', type: 'message', data: { text: ' hi ' } }],
  ['mutation', 'chat.send', { room: 'hall', text: 'hi' }],
  ['mutation', 'chat.typing', { room: 'hall', typing: true }],
  ['mutation', 'chat.send', { room: 'hall', text: 'hi', at: 0 }],
  ['mutation', 'chat.send', { room: '../x', text: '' }],
  ['mutation', 'chat.send', undefined],
  ['mutation', 'chat.send', { json: { room: 'hall', text: 'hi' }, meta: { v: 1 } }],
  ['mutation', 'chat.publish', { room: 'staff', type: 'message', data: { text: 'hi' } }],
  ['query', 'chat.history', { room: 'hall', limit: 2 }],
  ['query', 'chat.history', { room: 'hall', before: 'nonsense' }],
  ['query', 'chat.members', { room: 'hall' }],
] as const;

describe('the direct path of a procedure', () => {
  let rooms: Rooms<{ chat: typeof chat }>;
  let router: AnyTRPCRouter;

  beforeAll(async () => {
    const authorize = ({ room }: { room: { id: string } }) => room.id !== 'staff';
    const logger = createLogger('silent');
    rooms = await createRooms({ rooms: { chat }, dataDir: null, authorize, clock, logger });
    router = createRouter(rooms.routers);
  });
  afterAll(() => rooms.close());

  const contexts = [
    ['a user', valid],
    ['a user whose token has expired', expired],
    ['nobody', null],
  ] as const;

  for (const [who, user] of contexts) {
    it.each(calls)(`[TRN2] gives ${who} what tRPC gives: %s %s %j`, async (type, path, input) => {
      const ctx: RoomsContext = { user, connectionId: 'c1' };
      const { signal } = new AbortController();
      const getRawInput = async () => input;
      const options = { router, path, ctx, type, getRawInput, signal, batchIndex: 0 };
      const chain = await outcome(() => callTRPCProcedure(options));
      const direct = directOf(router, path, type);
      expect(direct).toBeDefined();
      expect(await outcome(async () => direct?.call(ctx, input, () => signal))).toEqual(chain);
    });
  }

  it('[TRN2] is offered for its own type of call alone', () => {
    expect(directOf(router, 'chat.send', 'query')).toBeUndefined();
    expect(directOf(router, '__proto__', 'query')).toBeUndefined();
    expect(directOf(router, 'chat.nope', 'mutation')).toBeUndefined();
  });

  async function outcome(call: () => Promise<unknown>): Promise<unknown> {
    try {
      return { result: withoutPlace(await call()) };
    } catch (error) {
      const config = router._def._config;
      const shape = { type: 'unknown', path: 'p', input: undefined, ctx: undefined } as const;
      return { error: getErrorShape({ config, error: error as never, ...shape }) };
    }
  }
});

/** Two publishes of one event stand at two places. */
function withoutPlace(result: unknown): unknown {
  if (typeof result !== 'object' || result === null || !('level' in result)) return result;
  return { ...result, id: '', position: '' };
}
