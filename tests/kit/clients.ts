import {
  createTRPCClient,
  createWSClient,
  wsLink,
  type TRPCClient,
  type TRPCWebSocketClient,
} from '@trpc/client';
import superjson from 'superjson';
import { onTestFinished } from 'vitest';
import { createRooms, type RoomsClient, type RoomsRouter } from '../../client/index.ts';
import type { NoProcedures, OwnProcedures } from '../../server/router/own-procedures.ts';
import { startTestServer, type TestServer } from '../../server/testing.ts';
import { chat, type Contract, type FrameOf } from '../../shared/index.ts';
import { serving } from '../recorder/serving.ts';

type ChatRouter = RoomsRouter<{ chat: typeof chat }>;
type Frame = FrameOf<typeof chat>;

/** A server that closes with the test. */
export async function startServer<
  const R extends Contract = { chat: typeof chat },
  Own extends OwnProcedures = NoProcedures,
>(options: Parameters<typeof startTestServer<R, Own>>[0] = {}): Promise<TestServer<R, Own>> {
  serving(options.rooms);
  const server = await startTestServer(options);
  onTestFinished(() => server.close());
  return server;
}

/** The stock tRPC client over WebSocket, with nothing of ours. */
export function stockClient(
  url: string,
  token?: string,
): { trpc: TRPCClient<ChatRouter>; socket: TRPCWebSocketClient } {
  const socket = createWSClient({
    url,
    retryDelayMs: () => 50,
    ...(token === undefined ? {} : { connectionParams: { token } }),
  });
  onTestFinished(() => socket.close());
  const trpc = createTRPCClient<ChatRouter>({
    links: [wsLink({ client: socket, transformer: superjson })],
  });
  return { trpc, socket };
}

/** A server, and a stock client of each of these users. */
export async function clientsOf(...ids: string[]): Promise<{
  server: TestServer<{ chat: typeof chat }>;
  clients: TRPCClient<ChatRouter>[];
}> {
  const server = await startServer();
  const clients = await Promise.all(
    ids.map(async (id) => stockClient(server.socketUrl, await server.token(id)).trpc),
  );
  return { server, clients };
}

/** Our own client, as a frontend would make it; over another way to the server, if need be. */
export async function sdkClient(
  server: Pick<TestServer, 'socketUrl' | 'token'>,
  id: string,
  url = server.socketUrl,
): Promise<RoomsClient<{ chat: typeof chat }>> {
  const token = await server.token(id);
  // Always the shortest delay: half a second.
  const rooms = createRooms({ chat }, { url, token, random: () => 0 });
  onTestFinished(() => rooms.close());
  return rooms;
}

/** A subscription's frames with their ids, as they come. */
export interface Followed {
  readonly frames: { id: string; data: Frame }[];
  /** The texts of the messages among them. */
  texts(): string[];
  unsubscribe(): void;
}

/** Follows a room over a stock client. Resolves with the first frame there. `onFrame` hears of each. */
export async function follow(
  trpc: TRPCClient<ChatRouter>,
  room: string,
  lastEventId?: string,
  onFrame: (frame: Frame) => void = () => {},
): Promise<Followed> {
  const frames: Followed['frames'] = [];
  const { unsubscribe } = await new Promise<{ unsubscribe(): void }>((resolve, reject) => {
    const subscription = trpc.chat.events.subscribe(
      { room, ...(lastEventId === undefined ? {} : { lastEventId }) },
      {
        onData: (envelope) => {
          frames.push(envelope);
          onFrame(envelope.data);
          resolve(subscription);
        },
        onError: reject,
      },
    );
  });
  const texts = () =>
    frames.flatMap(({ data }) =>
      data.type === 'event' && data.event.type === 'message' ? [data.event.data.text] : [],
    );
  return { frames, texts, unsubscribe };
}
