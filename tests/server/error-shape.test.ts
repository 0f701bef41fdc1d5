import { callTRPCProcedure, initTRPC, TRPCError, type AnyTRPCRouter } from '@trpc/server';
import { getErrorShape } from '@trpc/server';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { problemOf } from '../../server/rest/problem.ts';
import {
  errorCodeOf,
  faultId,
  formatError,
  type ErrorShape,
} from '../../server/router/error-shape.ts';
import { createRouter, userProcedure, type RoomsContext } from '../../server/router/trpc.ts';
import { errors, RoomError, type ErrorCode } from '../../shared/index.ts';

type Failure = Extract<Parameters<typeof formatError>[0], { shape: unknown }>;

const later = Date.now() + 60_000;
const ada = { id: 'ada', name: 'Ada', expiresAt: later };
const context: RoomsContext = { user: ada, connectionId: 'c1' };
const procedure = userProcedure(Date.now);
const secret = '/srv/rooms/secret.db is gone';

const router = createRouter({
  fault: procedure.query(() => {
    throw new Error(secret);
  }),
  oddFault: procedure.query(() => {
    throw secret;
  }),
  room: procedure.input(z.string()).query(({ input }) => {
    throw new RoomError(input as ErrorCode, undefined, { cause: new Error(secret) });
  }),
  final: procedure.query(() => {
    throw new RoomError('RESTARTING', 'it will not come back', { retryable: false });
  }),
  theirs: procedure.input(z.string()).query(({ input }) => {
    throw new TRPCError({ code: input as 'FORBIDDEN', message: 'not you' });
  }),
  caused: procedure.input(z.string()).query(({ input }) => {
    const cause = new Error(secret);
    throw new TRPCError({ code: input as 'FORBIDDEN', message: 'not you', cause });
  }),
  misread: procedure.query(() => z.object({ secret: z.string() }).parse({ secret: 5 })),
  checked: procedure
    .input(z.strictObject({ text: z.string(), deep: z.object({ n: z.number() }) }))
    .query(() => 'fine'),
});

/** What a client gets to read when a call fails, made as the transports make it. */
async function replyTo(path: string, input?: unknown, ctx: RoomsContext = context) {
  try {
    await callTRPCProcedure({
      router,
      path,
      ctx,
      type: 'query',
      getRawInput: async () => input,
      signal: undefined,
      batchIndex: 0,
    });
  } catch (thrown) {
    const error = thrown as TRPCError;
    const config = (router as AnyTRPCRouter)._def._config;
    const shape = getErrorShape({ config, error, type: 'query', path, input, ctx }) as ErrorShape;
    return { error, shape, text: JSON.stringify(shape) };
  }
  throw new Error(`${path} did not fail`);
}

describe('an error reply', () => {
  it.each(['fault', 'oddFault'])('tells nothing of a fault but its id: %s', async (path) => {
    const { error, shape, text } = await replyTo(path);
    expect(shape.message).toBe(`internal error (fault ${faultId(error)})`);
    expect(shape.data).toMatchObject({
      reason: 'INTERNAL',
      code: 'INTERNAL_SERVER_ERROR',
      httpStatus: 500,
    });
    expect(text).not.toContain(secret);
    expect(text).not.toMatch(/stack|\.ts:\d+/);
  });

  it('does not say what is wrong with data of the server', async () => {
    const { error, shape, text } = await replyTo('misread');
    expect(shape.message).toBe(`internal error (fault ${faultId(error)})`);
    expect(shape.data).not.toHaveProperty('issues');
    expect(text).not.toContain('secret');
  });

  it.each(Object.keys(errors) as ErrorCode[])(
    'has the row of %s, without stack or cause',
    async (code) => {
      const { shape, text } = await replyTo('room', code);
      const { trpc, http, retryable, advice } = errors[code];
      expect(shape.data).toEqual({
        code: trpc,
        httpStatus: http,
        path: 'room',
        reason: code,
        retryable,
        advice,
      });
      expect(text).not.toContain(secret);
    },
  );

  it('says what the error itself says of trying again, over REST as well', async () => {
    const { error, shape } = await replyTo('final');
    expect(shape.data).toMatchObject({ reason: 'RESTARTING', retryable: false });
    const problem = problemOf(error);
    expect(problem).toMatchObject({ more: { retryable: false }, retryAfterS: undefined });
  });

  it('names each field that is wrong', async () => {
    const { shape } = await replyTo('checked', { text: 5, deep: { n: 'x' }, extra: 1 });
    expect(shape.data.reason).toBe('BAD_INPUT');
    expect(shape.data.issues?.map(({ path }) => path)).toEqual(['text', 'deep.n', '']);
    expect(shape.message).toContain('text: ');
    expect(shape.message).toContain('"extra"');
  });

  it('stays small whatever was sent', async () => {
    const keys = Array.from({ length: 5_000 }, (_, index) => [`key-${index}`, index]);
    const { text } = await replyTo('checked', Object.fromEntries(keys));
    expect(text.length).toBeLessThan(4_000);
  });

  it('says that there is no such procedure', async () => {
    const { shape } = await replyTo('nope');
    expect(shape.data).toMatchObject({ reason: 'NO_SUCH_PROCEDURE', httpStatus: 404 });
  });

  it.each(['__proto__', 'constructor', 'toString', 'checked.toString', '', 'x'.repeat(10_000)])(
    'survives the path %.20j',
    async (path) => {
      expect((await replyTo(path)).shape.data).toMatchObject({ reason: 'NO_SUCH_PROCEDURE' });
    },
  );

  it('asks for a token where there is none, and for a new one where it has expired', async () => {
    const nobody = await replyTo('checked', {}, { user: null, connectionId: 'c1' });
    expect(nobody.shape.data).toMatchObject({ reason: 'UNAUTHENTICATED', code: 'UNAUTHORIZED' });
    const late = await replyTo(
      'checked',
      {},
      { user: { ...ada, expiresAt: 1 }, connectionId: 'c1' },
    );
    expect(late.shape.data).toMatchObject({ reason: 'TOKEN_EXPIRED', code: 'UNAUTHORIZED' });
  });
});

describe("a host's own errors", () => {
  it.each<[TRPCError['code'], ErrorCode]>([
    ['BAD_REQUEST', 'BAD_INPUT'],
    ['UNAUTHORIZED', 'UNAUTHENTICATED'],
    ['FORBIDDEN', 'FORBIDDEN'],
    ['NOT_FOUND', 'REFUSED'],
    ['PAYLOAD_TOO_LARGE', 'TOO_LARGE'],
    ['TOO_MANY_REQUESTS', 'TOO_MANY'],
    ['METHOD_NOT_SUPPORTED', 'NO_SUCH_PROCEDURE'],
    ['UNSUPPORTED_MEDIA_TYPE', 'BAD_INPUT'],
    ['PARSE_ERROR', 'BAD_INPUT'],
    ['CONFLICT', 'REFUSED'],
    ['SERVICE_UNAVAILABLE', 'RESTARTING'],
    ['PRECONDITION_FAILED', 'REFUSED'],
    ['PAYMENT_REQUIRED', 'REFUSED'],
    ['NOT_IMPLEMENTED', 'REFUSED'],
    ['TIMEOUT', 'INTERNAL'],
  ])('keep their message: %s is %s', async (code, reason) => {
    const { shape } = await replyTo('theirs', code);
    expect(shape).toMatchObject({ message: 'not you', data: { code, reason } });
  });

  it.each<TRPCError['code']>(['BAD_REQUEST', 'UNPROCESSABLE_CONTENT', 'FORBIDDEN', 'NOT_FOUND'])(
    'keep their message, and nothing of what caused them: %s',
    async (code) => {
      const { shape, text } = await replyTo('caused', code);
      expect(shape).toMatchObject({ message: 'not you', data: { code } });
      expect(text).not.toContain(secret);
    },
  );

  it.each([
    ['as it is', formatError],
    ['by a formatter of theirs', ({ error, shape }: Failure) => formatError(error, shape)],
  ])('are formatted in a router of theirs, %s', (_, errorFormatter) => {
    const t = initTRPC.create({ isDev: true, errorFormatter });
    const error = new TRPCError({ code: 'INTERNAL_SERVER_ERROR', message: secret });
    const config = t.router({})._def._config;
    const shape = getErrorShape({ config, error, type: 'query', path: 'x', input: 1, ctx: {} });
    expect(JSON.stringify(shape)).not.toMatch(/stack|secret/);
  });
});

describe('faultId', () => {
  it('is the same for one error, and another for another', () => {
    const error = new TRPCError({ code: 'INTERNAL_SERVER_ERROR' });
    expect(faultId(error)).toBe(faultId(error));
    expect(faultId(new TRPCError({ code: 'INTERNAL_SERVER_ERROR' }))).not.toBe(faultId(error));
    expect(errorCodeOf(error)).toBe('INTERNAL');
  });
});
