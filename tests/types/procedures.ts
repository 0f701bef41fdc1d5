// A team's own procedures beside the rooms': typed from the server to the client, by a type alone.
import type { inferRouterInputs, inferRouterOutputs } from '@trpc/server';
import { z } from 'zod';
import { createRooms, type RoomsClient, type RoomsRouter } from '../../client/index.ts';
import { createServer, type Config, type ProcedureParts, type User } from '../../server/index.ts';
import { startTestServer } from '../../server/testing.ts';
import { chat, type Ack } from '../../shared/index.ts';
import { board, news } from './kinds.ts';
import { holds, type Same } from './same.ts';

const contract = { board, news };
type Kinds = typeof contract;

/** As a team writes them in a file of their own. */
export const procedures = ({ rooms, user, anybody, router }: ProcedureParts<Kinds>) => ({
  game: router({
    move: user
      .input(z.object({ x: z.number(), room: z.string() }))
      .mutation(async ({ ctx, input }) => {
        holds<Same<typeof ctx.user, User>>();
        const { at } = await rooms.publish('board', input.room, 'renamed', { title: ctx.user.id });
        // @ts-expect-error no such event in this kind
        await rooms.publish('board', input.room, 'posted', { headline: 'x' });
        // @ts-expect-error rooms close with their server
        await rooms.close();
        return { at, score: new Map([[ctx.user.name, input.x]]) };
      }),
    ticks: user.subscription(async function* ticks({ signal }) {
      holds<Same<typeof signal, AbortSignal | undefined>>();
      yield { tick: 1n };
    }),
    deep: router({ er: anybody.query(() => 'here') }),
  }),
  hello: anybody.query(({ ctx }) => {
    holds<Same<typeof ctx.user, User | null>>();
    return `hello ${ctx.user?.name ?? 'stranger'}`;
  }),
});
type Own = ReturnType<typeof procedures>;

export async function serve(config: Config) {
  const apart = await createServer(config, { rooms: contract, procedures });
  holds<Same<typeof apart.procedures, Own>>();
  await apart.rooms.publish('board', 'r', 'renamed', { title: 'x' });
  const inPlace = await createServer(config, {
    rooms: { board },
    procedures: ({ rooms, user }) => ({
      rename: user
        .input(z.string())
        .mutation(({ input }) => rooms.publish('board', 'r', 'renamed', { title: input })),
    }),
  });
  const byDefault = await createServer(config, {
    procedures: ({ rooms, user }) => ({
      say: user.mutation(() => rooms.publish('chat', 'r', 'message', { text: 'x' })),
    }),
  });
  await createServer(config, {
    userOf: (claims) => {
      holds<Same<typeof claims, Readonly<Record<string, unknown>>>>();
      return { id: String(claims['sub']), name: 'x', claims: { tenant: 'acme' } };
    },
    authorize: ({ user }) => {
      holds<Same<typeof user.claims, Readonly<Record<string, unknown>> | undefined>>();
      return user.claims?.['tenant'] === 'acme';
    },
  });
  // @ts-expect-error a user has a name
  await createServer(config, { userOf: ({ sub }) => ({ id: String(sub) }) });
  // @ts-expect-error it answers at once
  await createServer(config, { userOf: async () => ({ id: 'ada', name: 'Ada' }) });
  const tested = await startTestServer({ rooms: contract, procedures });
  holds<Same<typeof tested.procedures, Own>>();
  // @ts-expect-error made for other rooms
  await createServer(config, { rooms: { news }, procedures });
  const none = await createServer(config, { rooms: contract });
  // @ts-expect-error it has none
  void none.procedures.game;
  return { inPlace, byDefault };
}

type Served = Awaited<ReturnType<typeof serve>>;
type Typed = RoomsRouter<Kinds, Own>;
type InPlace = RoomsRouter<{ board: typeof board }, Served['inPlace']['procedures']>;

holds<Same<inferRouterInputs<Typed>['game']['move'], { x: number; room: string }>>();
// superjson carries what JSON does not.
type Moved = { at: Date; score: Map<string, number> };
holds<Same<inferRouterOutputs<Typed>['game']['move'], Moved>>();
holds<Same<inferRouterOutputs<Typed>['game']['deep']['er'], string>>();
holds<Same<inferRouterInputs<InPlace>['rename'], string>>();
holds<Same<inferRouterOutputs<InPlace>['rename'], Ack>>();

/** What a frontend has: the contract, and a type of its server's. */
export function connect() {
  return createRooms<Kinds, Own>(contract, { url: 'ws://localhost/trpc', token: 'token' });
}

export async function uses(rooms: ReturnType<typeof connect>): Promise<void> {
  holds<Same<typeof rooms, RoomsClient<Kinds, Own>>>();
  const moved = await rooms.trpc.game.move.mutate({ x: 1, room: 'r' });
  holds<Same<typeof moved, Moved>>();
  const said = await rooms.trpc.hello.query();
  holds<Same<typeof said, string>>();
  rooms.trpc.game.ticks.subscribe(undefined, {
    onData: ({ tick }) => holds<Same<typeof tick, bigint>>(),
  });
  // Rooms are what they are.
  const ack = await rooms.board.join('r', { onGap: 'reload' }).write({ text: 'hi' });
  holds<Same<typeof ack, Ack>>();
  await rooms.trpc.board.history.query({ room: 'r' });
}

/** The default contract has them, too. */
export const byDefault = (): RoomsClient<
  { chat: typeof chat },
  Served['byDefault']['procedures']
> => createRooms({ chat }, { url: 'ws://localhost/trpc', token: 'token' });

const plain = () => createRooms(contract, { url: 'ws://localhost/trpc', token: 'token' });

export const refused = (rooms: ReturnType<typeof connect>, other: ReturnType<typeof plain>) => [
  // @ts-expect-error wrong data
  () => rooms.trpc.game.move.mutate({ x: 'x', room: 'r' }),
  // @ts-expect-error a mutation is not queried
  () => rooms.trpc.game.move.query({ x: 1, room: 'r' }),
  // @ts-expect-error no such procedure
  () => rooms.trpc.game.nope.query(),
  // @ts-expect-error they are no room kind
  () => rooms.game.join('r', { onGap: 'reload' }),
  // @ts-expect-error a client without the type knows none of them
  () => other.trpc.game.move.mutate({ x: 1, room: 'r' }),
  // @ts-expect-error no procedures at all
  () => createRooms<Kinds, { game: string }>(contract, { url: 'ws://localhost', token: '' }),
];
