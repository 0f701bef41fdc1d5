import { readyServer } from './ready-server.ts';
import { restAs, type Rest } from './rest.ts';

/** One that the server takes. */
export const SERVER_KEY = 'k'.repeat(32);

/** A server that takes calls below `/api`. */
export interface RestServer {
  readonly ready: Awaited<ReturnType<typeof readyServer>>;
  /** Calls as a user. */
  as(user: string): Promise<Rest>;
  readonly ada: Rest;
  /** Calls with the server's key. */
  readonly backend: Rest;
}

/** Starts one; it ends with the test. */
export async function restServer(
  options: Parameters<typeof readyServer>[1] = {},
): Promise<RestServer> {
  const ready = await readyServer({ serverKeys: ['other'.repeat(8), SERVER_KEY] }, options);
  const as = (user: string) => restAs(ready, { user });
  return { ready, as, ada: await as('ada'), backend: await restAs(ready, { bearer: SERVER_KEY }) };
}
