import { userInfo } from 'node:os';
import type { RoomHandle } from '../client/index.ts';
import { displayName, type RoomKind } from '../shared/index.ts';
import { CliError, usageError } from './failure.ts';
import { askGuest, probe } from './guest.ts';
import { createKindClient, type KindClient } from './kind-client.ts';
import type { Values } from './options.ts';
import { parseServerUrl, type ServerUrl } from './server-url.ts';
import { within } from './within.ts';

/** The options of every command that talks to a server. */
export const connectionOptions = {
  url: {
    value: 'URL',
    default: 'http://127.0.0.1:3000',
    env: 'TRPC_ROOMS_URL',
    says: 'the server: http, https, ws or wss, with or without /trpc',
  },
  token: {
    value: 'TOKEN',
    env: 'TRPC_ROOMS_TOKEN',
    says: 'who you are; without one you enter as a guest, where the server takes guests',
  },
  json: { says: 'print JSON lines for programs, errors included' },
} as const;

/** The option of commands that may enter as one guest. */
export const nameOption = {
  name: { value: 'NAME', says: 'your name as a guest (default: your user name on this machine)' },
} as const;

/** A server, and who one is there. */
export interface Entry {
  readonly server: ServerUrl;
  readonly token: string;
}

/** Enters a server, as the token's user or as a guest.
 *  @throws CliError UNREACHABLE, NO_GUESTS; RoomError as the server says */
export async function enter(
  values: Values<typeof connectionOptions & typeof nameOption>,
): Promise<Entry> {
  const server = parseServerUrl(values.url);
  const name = parseName('name', values.name ?? systemName());
  await probe(server);
  return { server, token: values.token ?? (await askGuest(server, name)).token };
}

/** Connects to it for rooms of a kind. */
export function connect(kind: RoomKind, { server, token }: Entry): KindClient {
  return createKindClient(kind, { url: server.trpc, token });
}

/** A display name from an option. @throws CliError of exit code 2 */
export function parseName(option: string, text: string): string {
  const parsed = displayName.safeParse(text);
  if (parsed.success) return parsed.data;
  throw usageError(`--${option} ${parsed.error.issues[0]?.message ?? 'is no display name'}`);
}

const JOIN_MS = 15_000;
const CLOSE_CODE_MS = 500;

/** Waits until a room is joined, or the signal aborts.
 *  @throws RoomError when it is refused; CliError UNREACHABLE when nobody answers */
export async function untilJoined(
  rooms: Pick<KindClient, 'connection'>,
  room: Pick<RoomHandle<RoomKind>, 'ready' | 'current'>,
  signal: AbortSignal,
): Promise<void> {
  const joined = await within(room.ready, JOIN_MS, signal).catch(async (error: unknown) => {
    throw (await whyStopped(rooms)) ?? error;
  });
  if (joined.state !== 'late') return;
  const { current } = room;
  // It was refused for now, and not only once.
  if (current.state === 'joining' && current.error) throw current.error;
  throw new CliError(`the server does not answer over WebSocket within ${JOIN_MS / 1000} s`, {
    code: 'UNREACHABLE',
    advice: 'Check the path in --url, and that what stands before the server passes WebSockets on.',
  });
}

/** What fails because the socket is closing may fail before its close code has told why. */
async function whyStopped({
  connection,
}: Pick<KindClient, 'connection'>): Promise<Error | undefined> {
  const changed = new Promise<void>((resolve) => {
    connection.subscribe(({ state }) => state === 'stopped' && resolve());
  });
  if (connection.current.state !== 'stopped') await within(changed, CLOSE_CODE_MS);
  const { current } = connection;
  return current.state === 'stopped' ? current.error : undefined;
}

function systemName(): string {
  try {
    return userInfo().username;
  } catch {
    // A user id without an entry in the system's table, as in many containers.
    return 'guest';
  }
}
