import { tracked, TRPCError } from '@trpc/server';
import { z } from 'zod';
import type { ProcedureParts } from '../../server/index.ts';
import { RoomError, type chat, type ErrorCode } from '../../shared/index.ts';

/** What runs in the server's code: of streams, whether each was told to stop. */
export const streams: { stopped: boolean; from: string | undefined }[] = [];

/** Procedures of a team's own beside the chat: a game that talks into rooms. */
export const game = ({ rooms, user, anybody, router }: ProcedureParts<{ chat: typeof chat }>) => ({
  game: router({
    move: user
      .input(z.strictObject({ room: z.string(), to: z.string().max(5) }))
      .mutation(async ({ ctx, input: { room, to } }) => {
        const { position } = await rooms.publish(
          'chat',
          room,
          'message',
          { text: `to ${to}` },
          { by: ctx.user },
        );
        return { position, at: new Date(5), moves: new Set([to]) };
      }),
    refuse: user.input(z.string()).mutation(({ input }) => {
      const code = input as TRPCError['code'];
      throw new TRPCError({ code, message: 'not your turn', cause: new Error('secret') });
    }),
    fail: user.input(z.string()).mutation(({ input }) => {
      throw new RoomError(input as ErrorCode, 'in words', { retryAfterMs: 5 });
    }),
    crash: user.mutation(() => {
      throw new Error('secret');
    }),
    count: user
      .input(z.object({ to: z.number(), lastEventId: z.string().nullish() }))
      .subscription(async function* count({ input: { to, lastEventId }, signal }) {
        const state = { stopped: false, from: lastEventId ?? undefined };
        streams.push(state);
        const stopped = new Promise((resolve) => signal?.addEventListener('abort', resolve));
        for (let n = Number(lastEventId ?? 0) + 1; n <= to; n += 1) yield tracked(`${n}`, { n });
        if (to === 13) throw new RoomError('LIMIT_REACHED', 'thirteen');
        await stopped;
        state.stopped = true;
      }),
  }),
  whoAmI: anybody.query(({ ctx }) => ctx.user?.id ?? 'nobody'),
});

/** Its type is all that a client needs. */
export type Game = ReturnType<typeof game>;
