import type { TRPCClient } from '@trpc/client';
import type { RoomsRouter } from '../../client/index.ts';
import type { TestServer } from '../../server/testing.ts';
import type { chat } from '../../shared/index.ts';
import { startServer, stockClient } from './clients.ts';

type Client = TRPCClient<RoomsRouter<{ chat: typeof chat }>>;

/** People who chat, each over a stock client. */
export interface Chatters {
  readonly server: Omit<TestServer, 'rooms'>;
  readonly ada: Client['chat'];
  readonly bob: Client['chat'];
  as(id: string): Promise<Client['chat']>;
  clientOf(id: string): Promise<Client>;
}

/** A server with Ada and Bob; `as` makes more of them. */
export async function people(options: Parameters<typeof startServer>[0] = {}): Promise<Chatters> {
  const server = await startServer(options);
  const clientOf = async (id: string) => stockClient(server.socketUrl, await server.token(id)).trpc;
  const as = async (id: string) => (await clientOf(id)).chat;
  return { server, clientOf, as, ada: await as('ada'), bob: await as('bob') };
}

/** What a call is refused with. */
export const refusal = (reason: string): object => ({ data: { reason } });
