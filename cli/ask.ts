import { CliError } from './failure.ts';

/** What a server has answered. */
export interface Answer {
  readonly status: number;
  readonly ok: boolean;
  /** Undefined: it is no JSON. */
  readonly body: unknown;
}

/** Asks a server by HTTP. Any answer will do. @throws CliError UNREACHABLE, BLOCKED_PORT */
export async function ask(url: string, init: RequestInit): Promise<Answer> {
  try {
    const response = await fetch(url, init);
    return { status: response.status, ok: response.ok, body: parse(await response.text()) };
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

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
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
