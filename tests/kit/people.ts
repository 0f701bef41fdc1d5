import { stockClient, startServer } from './clients.ts';

/** A server with Ada and Bob in `chat`, each over a stock client; `as` makes more of them. */
export async function people(options: Parameters<typeof startServer>[0] = {}) {
  const server = await startServer(options);
  const clientOf = async (id: string) => stockClient(server.socketUrl, await server.token(id)).trpc;
  const as = async (id: string) => (await clientOf(id)).chat;
  return { server, clientOf, as, ada: await as('ada'), bob: await as('bob') };
}

/** What a call is refused with. */
export const refusal = (reason: string) => ({ data: { reason } });
