import { z } from 'zod';
import { errors, RoomError, type By, type ErrorCode } from '../shared/index.ts';
import { CliError } from './failure.ts';
import type { ServerUrl } from './server-url.ts';

/** A token, and who it makes one. */
export interface Pass {
  readonly token: string;
  readonly user: By;
}

const ANSWER_MS = 5_000;
const PROBE_MS = 2_500;

const pass = z.object({ token: z.string(), user: z.object({ id: z.string(), name: z.string() }) });
const problem = z.object({ detail: z.string(), reason: z.string().optional() });

/** Asks whether a server is there at all: the client would try again forever. Any answer will do,
 *  because a server that only mounts rooms need not have `/healthz`. @throws CliError UNREACHABLE */
export async function probe(server: ServerUrl): Promise<void> {
  await ask(`${server.http}/healthz`, { signal: AbortSignal.timeout(PROBE_MS) });
}

/** Enters as a guest. With a guest's earlier token it stays the same guest, under another name.
 *  @throws CliError UNREACHABLE, NO_GUESTS; RoomError as the server says */
export async function askGuest(server: ServerUrl, name: string, former?: string): Promise<Pass> {
  const response = await ask(`${server.http}/api/guest`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(former === undefined ? {} : { authorization: `Bearer ${former}` }),
    },
    body: JSON.stringify({ name }),
    signal: AbortSignal.timeout(ANSWER_MS),
  });
  const body = await response.json().catch(() => undefined);
  const parsed = pass.safeParse(body);
  if (response.ok && parsed.success) return parsed.data;
  throw refusalOf(server, response.status, body);
}

async function ask(url: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(url, init);
  } catch (error) {
    if (causeOf(error) === 'bad port') throw blockedPort(url, error);
    throw new CliError(`no server answers at ${new URL(url).origin}: ${causeOf(error)}`, {
      code: 'UNREACHABLE',
      advice:
        'Start one with `trpc-rooms serve`, or give --url (or TRPC_ROOMS_URL) of one that runs.',
      cause: error,
    });
  }
}

/** Ports of other protocols, which fetch and WebSocket refuse everywhere. Source: Fetch, bad port. */
function blockedPort(url: string, cause: unknown): CliError {
  return new CliError(
    `no client connects to port ${new URL(url).port}: it is on the list of browsers`,
    {
      code: 'BLOCKED_PORT',
      advice: 'Let the server listen on another port, such as 3000 or 8080.',
      cause,
    },
  );
}

function causeOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === 'TimeoutError') return 'no answer in time';
  const { cause } = error;
  if (!(cause instanceof Error)) return error.message;
  // Of several addresses each has failed; the code stands for all.
  return cause.message || ('code' in cause ? String(cause.code) : error.message);
}

function refusalOf(server: ServerUrl, status: number, body: unknown): Error {
  const said = problem.safeParse(body);
  const reason = said.data?.reason;
  if (said.success && isErrorCode(reason)) return new RoomError(reason, said.data.detail);
  if (status === 404) {
    return new CliError(`the server at ${server.http} takes no guests`, {
      code: 'NO_GUESTS',
      advice:
        'Give --token (or TRPC_ROOMS_TOKEN), made with `trpc-rooms token --sub YOU` where the ' +
        'secret is known, or start the server with GUESTS=on.',
    });
  }
  const detail = said.success ? `: ${said.data.detail}` : '';
  return new CliError(`the server at ${server.http} answered ${status}${detail}`, {
    code: 'REFUSED',
    advice: 'Check --url: is this a trpc-rooms server, called by a name that it serves?',
  });
}

function isErrorCode(reason: string | undefined): reason is ErrorCode {
  return reason !== undefined && Object.hasOwn(errors, reason);
}
