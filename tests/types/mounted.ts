// A host's own tRPC app with rooms in it, stock clients of it, and the room handle over those.
import {
  createTRPCClient,
  httpBatchLink,
  type TRPCClient,
  type TRPCClientErrorLike,
} from '@trpc/client';
import type { Observable } from '@trpc/server/observable';
import { initTRPC, type inferRouterInputs, type inferRouterOutputs } from '@trpc/server';
import superjson from 'superjson';
import { z } from 'zod';
import { joinRoom, type RoomHandle, type RoomsRouter } from '../../client/index.ts';
import {
  createRooms,
  createServer,
  formatError,
  type Config,
  type RoomsContext,
  type Stored,
} from '../../server/index.ts';
import { chat, type Ack, type ErrorCode } from '../../shared/index.ts';
import { board, news } from './kinds.ts';
import { holds, type Same } from './same.ts';

const t = initTRPC.context<RoomsContext & { tenant: string }>().create({
  transformer: superjson,
  errorFormatter: formatError,
});

// As an app writes it that adds something of its own.
initTRPC.context<RoomsContext>().create({
  errorFormatter: ({ error, shape }) => ({ ...formatError(error, shape), tenant: 'x' }),
});

const contract = { chat, board, news };

export async function build() {
  const rooms = await createRooms({ rooms: contract });
  await rooms.publish('board', 'r', 'renamed', { title: 'x' });
  await rooms.publish('chat', 'r', 'renamed', { title: 'x' });
  await rooms.notify('bob', 'notification', { code: 'hello', params: { times: 2 } });
  await rooms.revoke({ kind: 'chat', room: 'r', user: 'bob' });
  rooms.stored('board').subscribe({
    next: ({ room, event }) => {
      holds<Same<typeof room, string>>();
      holds<Same<typeof event.type, 'note' | 'renamed'>>();
      if (event.type === 'renamed') holds<Same<typeof event.data, { title: string }>>();
    },
  });
  const chats = rooms.stored('chat');
  holds<Same<typeof chats, Observable<Stored<typeof chat>, never>>>();
  chats.subscribe({
    next: ({ event }) => {
      if (event.type === 'edited') holds<Same<typeof event.data.data, { text: string }>>();
      if (event.type === 'left') holds<Same<typeof event.by.name, string>>();
      // @ts-expect-error it is not stored
      if (event.type === 'typing') throw new Error('told of');
    },
  });
  // @ts-expect-error no such kind
  rooms.stored('nope');
  // @ts-expect-error private streams are of no contract that does not name them
  rooms.stored('me');
  // @ts-expect-error no such event in private streams
  await rooms.notify('bob', 'shipped', {});
  // @ts-expect-error no such event in this kind
  await rooms.publish('chat', 'r', 'nope', { title: 'x' });
  // @ts-expect-error wrong data
  await rooms.publish('board', 'r', 'renamed', { text: 'x' });
  return t.router({
    ...rooms.routers,
    mine: t.procedure.input(z.number()).query(({ input, ctx }) => `${ctx.tenant} ${input}`),
  });
}

// A ready server offers what `createRooms` does, typed by its contract.
export async function serve(config: Config) {
  const { rooms } = await createServer(config, { rooms: contract });
  await rooms.publish('board', 'r', 'renamed', { title: 'x' });
  await rooms.notify('bob', 'notification', { code: 'hello', params: { times: 2 } });
  // @ts-expect-error no such event in this kind
  await rooms.publish('chat', 'r', 'nope', { title: 'x' });
  // @ts-expect-error no such kind
  await rooms.revoke({ kind: 'other', room: 'r', user: 'bob' });
  rooms.stored('news').subscribe({ next: ({ event }) => void event.data.headline });
  // @ts-expect-error they close with the server
  await rooms.close();
  const byDefault = await createServer(config);
  await byDefault.rooms.publish('chat', 'r', 'message', { text: 'x' });
  // @ts-expect-error by default it carries `chat` alone
  await byDefault.rooms.publish('board', 'r', 'renamed', { title: 'x' });
}

export async function buildPlain() {
  return t.router((await createRooms({ rooms: contract })).routers);
}

type AppRouter = Awaited<ReturnType<typeof build>>;
type Plain = Awaited<ReturnType<typeof buildPlain>>;
type Typed = RoomsRouter<typeof contract>;

// From the contract alone, a client sees what the server's own router has.
holds<Same<inferRouterInputs<Typed>, inferRouterInputs<Plain>>>();
holds<Same<inferRouterOutputs<Typed>, inferRouterOutputs<Plain>>>();
holds<Same<inferRouterInputs<AppRouter>['mine'], number>>();
holds<Same<inferRouterOutputs<AppRouter>['mine'], string>>();
holds<Same<inferRouterOutputs<AppRouter>['chat']['send'], Ack>>();

// An error reply names its row of the table.
type ReasonOf<R extends AppRouter | Typed> = NonNullable<TRPCClientErrorLike<R>['data']>['reason'];
holds<Same<ReasonOf<AppRouter>, ErrorCode>>();
holds<Same<ReasonOf<Typed>, ErrorCode>>();

export const stock = createTRPCClient<AppRouter>({
  links: [httpBatchLink({ url: 'http://localhost/trpc', transformer: superjson })],
});

export const plain = (client: TRPCClient<Plain>): TRPCClient<Typed> => client;
export const typed = (client: TRPCClient<Typed>): TRPCClient<Plain> => client;

export async function uses(client: TRPCClient<AppRouter>): Promise<void> {
  const ack = await client.chat.send.mutate({ room: 'r', text: 'hi' });
  holds<Same<typeof ack.at, Date>>();
  holds<Same<typeof ack, Ack>>();
  await client.mine.query(5);
  client.board.events.subscribe(
    { room: 'r', lastEventId: 'E:5' },
    {
      onData: ({ id, data }) => {
        holds<Same<typeof id, string>>();
        if (data.type === 'event' && data.event.type === 'note') {
          holds<Same<typeof data.event.data, { text: string; size: number }>>();
        }
      },
    },
  );
}

export const joined = (client: TRPCClient<AppRouter>): RoomHandle<typeof chat> =>
  joinRoom(chat, client.chat, 'r', { onGap: 'reload' });

export const joinedTyped = (client: TRPCClient<Typed>): RoomHandle<typeof board> =>
  joinRoom(board, client.board, 'r', { onGap: (gap) => gap.reason });

export const refused = (client: TRPCClient<AppRouter>) => [
  // @ts-expect-error another kind's branch
  () => joinRoom(chat, client.board, 'r', { onGap: 'reload' }),
  // @ts-expect-error another kind's branch, the other way round
  () => joinRoom(board, client.chat, 'r', { onGap: 'reload' }),
  // @ts-expect-error no branch at all
  () => joinRoom(chat, client.mine, 'r', { onGap: 'reload' }),
  // @ts-expect-error the whole client
  () => joinRoom(chat, client, 'r', { onGap: 'reload' }),
  // @ts-expect-error wrong data
  () => client.chat.send.mutate({ room: 'r', text: 5 }),
  // @ts-expect-error an unknown key
  () => client.chat.send.mutate({ room: 'r', text: 'hi', by: 'eve' }),
  // @ts-expect-error only the server publishes this one
  () => client.board.publish.mutate({ room: 'r', type: 'renamed', data: { title: 'x' } }),
  // @ts-expect-error a query is not mutated
  () => client.chat.history.mutate({ room: 'r' }),
  // @ts-expect-error no such procedure
  () => client.chat.nope.query(),
];
