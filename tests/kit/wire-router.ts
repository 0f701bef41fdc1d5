import { initTRPC, tracked, TRPCError } from '@trpc/server';
import { observable } from '@trpc/server/observable';
import type superjson from 'superjson';
import { z } from 'zod';

/** A router of everything that tRPC can answer: for comparing adapters. */
export function wireRouter(transformer?: typeof superjson) {
  const t = transformer
    ? initTRPC.create({ transformer, isDev: false })
    : initTRPC.create({ isDev: false });
  return t.router({
    greet: t.procedure.input(z.string().nullish()).query(({ input }) => `hello ${input}`),
    date: t.procedure.query(() => new Date(0)),
    nothing: t.procedure.mutation(() => undefined),
    echo: t.procedure.input(z.unknown()).mutation(({ input }) => input),
    fails: t.procedure.mutation(() => {
      throw new TRPCError({ code: 'CONFLICT', message: 'no' });
    }),
    breaks: t.procedure.query(() => {
      throw new Error('secret');
    }),
    streamQuery: t.procedure.query(async function* () {
      yield 1;
    }),
    count: t.procedure.input(z.number()).subscription(async function* ({ input }) {
      for (let n = 1; n <= input; n += 1) yield n;
    }),
    tracked: t.procedure
      .input(z.object({ lastEventId: z.string().nullish() }).nullish())
      .subscription(async function* ({ input }) {
        const from = Number(input?.lastEventId ?? 0);
        yield tracked(String(from + 1), { n: from + 1 });
        yield tracked(String(from + 2), { n: from + 2, at: 'x' });
      }),
    mixed: t.procedure.subscription(async function* () {
      yield tracked('a', 1);
      yield undefined;
      yield null;
    }),
    endless: t.procedure.subscription(async function* ({ signal }) {
      yield 'first';
      await new Promise((resolve) => signal?.addEventListener('abort', resolve));
    }),
    failing: t.procedure.subscription(async function* () {
      yield 1;
      throw new TRPCError({ code: 'FORBIDDEN', message: 'enough' });
    }),
    failingCleanUp: t.procedure.subscription(async function* () {
      try {
        yield 1;
      } finally {
        // oxlint-disable-next-line no-unsafe-finally -- what an app may do by mistake
        throw new Error('cleaning up');
      }
    }),
    refused: t.procedure.subscription((): AsyncIterable<number> => {
      throw new TRPCError({ code: 'UNAUTHORIZED', message: 'not you' });
    }),
    noIterator: t.procedure.subscription((): AsyncIterable<number> => ({
      [Symbol.asyncIterator]: () => {
        throw new Error('no iterator');
      },
    })),
    badEnd: t.procedure.subscription((): AsyncIterable<number> => ({
      [Symbol.asyncIterator]: () => ({
        next: async () => ({ done: true, value: undefined }),
        return: async () => {
          throw new Error('return');
        },
      }),
    })),
    noStream: t.procedure.subscription((() => 7) as unknown as () => AsyncIterable<number>),
    observed: t.procedure.subscription(() =>
      observable<number>((observer) => {
        observer.next(1);
        observer.next(2);
        observer.complete();
      }),
    ),
    observedError: t.procedure.subscription(() =>
      observable<number>((observer) => {
        observer.next(1);
        observer.error(new TRPCError({ code: 'TIMEOUT', message: 'late' }));
      }),
    ),
  });
}
