import { z } from 'zod';
import type { By } from '../shared/index.ts';
import { ask } from './ask.ts';
import { CliError } from './failure.ts';
import { refusalOf, roomErrorOf } from './problem.ts';
import type { ServerUrl } from './server-url.ts';

/** A token, and who it makes one. */
export interface Pass {
  readonly token: string;
  readonly user: By;
}

const ANSWER_MS = 5_000;
const PROBE_MS = 2_500;

const pass = z.object({ token: z.string(), user: z.object({ id: z.string(), name: z.string() }) });

/** Asks whether a server is there at all: the client would try again forever. Any answer will do,
 *  because a server that only mounts rooms need not have `/healthz`. @throws CliError UNREACHABLE */
export async function probe(server: ServerUrl): Promise<void> {
  await ask(`${server.http}/healthz`, { signal: AbortSignal.timeout(PROBE_MS) });
}

/** Enters as a guest. With a guest's earlier token it stays the same guest, under another name.
 *  @throws CliError UNREACHABLE, NO_GUESTS; RoomError as the server says */
export async function askGuest(server: ServerUrl, name: string, former?: string): Promise<Pass> {
  const answer = await ask(`${server.http}/api/guest`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(former === undefined ? {} : { authorization: `Bearer ${former}` }),
    },
    body: JSON.stringify({ name }),
    signal: AbortSignal.timeout(ANSWER_MS),
  });
  const parsed = pass.safeParse(answer.body);
  if (answer.ok && parsed.success) return parsed.data;
  throw roomErrorOf(answer) ?? (answer.status === 404 ? noGuests : refusalOf)(server, answer);
}

function noGuests(server: ServerUrl): CliError {
  return new CliError(`the server at ${server.http} takes no guests`, {
    code: 'NO_GUESTS',
    advice:
      'Give --token (or TRPC_ROOMS_TOKEN), made with `trpc-rooms token --sub YOU` where the ' +
      'secret is known, or start the server with GUESTS=on.',
  });
}
