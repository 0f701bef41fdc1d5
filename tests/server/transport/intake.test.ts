import { initTRPC, type AnyTRPCRouter } from '@trpc/server';
import { describe, expect, it } from 'vitest';
import { DIRECT, type DirectCall } from '../../../server/direct.ts';
import type { CallRequest } from '../../../server/transport/ws/call.ts';
import { jsonEncoder } from '../../../server/transport/ws/encoder.ts';
import { Intake, type IntakeHost } from '../../../server/transport/ws/intake.ts';
import { roomsLimits } from '../../../server/transport/ws/options.ts';
import type { Outbound } from '../../../server/transport/ws/outbound.ts';
import type { Waiter } from '../../../server/transport/ws/waiters.ts';
import { Pace } from '../../../server/transport/ws/pace.ts';

const t = initTRPC.create();

function direct(type: DirectCall['type'], isLarge: boolean) {
  const built = t.procedure[type as 'query'](() => 'x');
  return Object.assign(built, { [DIRECT]: { type, isLarge, call: async () => 'x' } });
}

const router: AnyTRPCRouter = t.router({
  send: direct('mutation', false),
  history: direct('query', true),
  own: t.procedure.query(() => 'x'),
  events: direct('subscription', false),
});

/** One turn of the loop, as the intake has it. */
const turn = () => new Promise((resolve) => setImmediate(resolve));

function stage() {
  const started: { id: number | string; end: () => void }[] = [];
  const told: string[] = [];
  const waiters = new Set<Waiter>();
  const outbound = {
    isFull: false,
    wait: (one: Waiter) => void waiters.add(one),
    waitNoMore: (one: Waiter) => void waiters.delete(one),
  };
  let isOpen = true;
  const host: IntakeHost = {
    router,
    encoder: jsonEncoder,
    limits: roomsLimits,
    maxBatchSize: undefined,
    // All of it that the intake looks at.
    outbound: outbound as unknown as Outbound,
    isOpen: () => isOpen,
    start: ({ id }: CallRequest) =>
      new Promise<void>((end) => {
        started.push({ id, end });
      }),
    stop: (id) => void told.push(`stop ${id}`),
    refuse: (to, { message }) => void told.push(`${to.map(({ id }) => id).join()}: ${message}`),
    close: (code) => {
      isOpen = false;
      told.push(`closed ${code}`);
    },
  };
  const intake = new Intake(host, new Pace());
  let id = 0;
  const calls = (path: string, count: number, method = 'query') =>
    Array.from({ length: count }, () => ({ id: (id += 1), method, params: { path } }));
  const take = (messages: unknown) => {
    const text = JSON.stringify(messages);
    intake.take(text, text.length);
  };
  const ids = () => started.map((one) => one.id);
  const upTo = (count: number) => Array.from({ length: count }, (_, n) => n + 1);
  const room = () => {
    outbound.isFull = false;
    for (const one of waiters) one.onRoom();
  };
  return { intake, take, calls, ids, upTo, started, told, outbound, waiters, room };
}

describe('what comes in', () => {
  it('[TRN6] begins so many calls in one turn, in their order, and the rest in the next ones', async () => {
    const { take, calls, ids, upTo } = stage();
    for (let frame = 0; frame < 3; frame += 1) take(calls('send', 32, 'mutation'));
    take(calls('own', 1)[0]);
    expect(ids()).toEqual(upTo(32));
    await turn();
    expect(ids()).toEqual(upTo(64));
    await turn();
    await turn();
    expect(ids()).toEqual(upTo(97));
  });

  it('[TRN6] begins few streams in one turn', async () => {
    const { take, calls, ids, upTo } = stage();
    take(calls('events', 9, 'subscription'));
    expect(ids()).toEqual(upTo(4));
    await turn();
    await turn();
    expect(ids()).toEqual(upTo(9));
  });

  it('[TRN4] begins a call with a large answer when others have been answered', async () => {
    const { take, calls, ids, upTo, started } = stage();
    take([...calls('history', 3), ...calls('own', 1)]);
    take(calls('own', 1)[0]);
    await turn();
    await turn();
    expect(ids()).toEqual([1, 2]);
    started[1]?.end();
    await turn();
    await turn();
    expect(ids()).toEqual(upTo(5));
  });

  it('[TRN4] begins none while the reader has enough to take, and small ones all the same', async () => {
    const { take, calls, ids, outbound, waiters, room } = stage();
    outbound.isFull = true;
    take([...calls('own', 2), ...calls('events', 1, 'subscription'), ...calls('own', 1)]);
    await turn();
    expect(ids()).toEqual([1, 2]);
    expect(waiters.size).toBe(1);
    room();
    await turn();
    expect(ids()).toEqual([1, 2, 3, 4]);
    expect(waiters.size).toBe(0);
  });

  it('[TRN4] lets no more wait than is allowed', async () => {
    const { take, calls, told, outbound, ids, room } = stage();
    outbound.isFull = true;
    take(calls('history', 1));
    const large = { ...calls('own', 1)[0], padding: 'x'.repeat(60_000) };
    for (let count = 0; count < 17; count += 1) take(large);
    expect(told).toEqual([]);
    take(large);
    expect(told).toEqual(['closed 4429']);
    room();
    await turn();
    expect(ids()).toEqual([]);
  });

  it('[TRN6] counts what is refused or stopped as a call', async () => {
    const { take, told } = stage();
    take(Array.from({ length: 40 }, (_, id) => ({ id, method: 'subscription.stop' })));
    expect(told).toHaveLength(32);
    await turn();
    expect(told).toHaveLength(40);
    take('[1, 2');
    take(Array.from({ length: 512 }, () => 0));
    await turn();
    await turn();
    expect(told.length).toBeLessThan(40 + 4 * 32);
  });

  it('is forgotten with its connection', async () => {
    const { intake, take, calls, ids, outbound, waiters, room } = stage();
    outbound.isFull = true;
    take(calls('history', 2));
    take(calls('own', 1));
    intake.forget();
    expect(waiters.size).toBe(0);
    room();
    await turn();
    expect(ids()).toEqual([]);
  });
});
