import { z } from 'zod';
import { RoomError, type RoomKind } from '../shared/index.ts';
import { ask } from './ask.ts';
import { connect, type Entry } from './connect.ts';
import { CliError } from './failure.ts';
import type { Publication, Publisher, Sent } from './kind-client.ts';
import { problemOf, refusalOf, roomErrorOf } from './problem.ts';

const ANSWER_MS = 10_000;

// The whole of an ack is printed as it came.
const ack = z.looseObject({ position: z.string() });

/** Publishes data that is JSON through the server's REST, which reads by its contract what JSON lacks: a text where a
 *  date, a bigint or bytes are due. A server that only mounts rooms need not have REST: there JSON is what it is. */
export function createJsonPublisher(kind: RoomKind, entry: Entry): Publisher {
  let rooms: Publisher | undefined;
  return {
    publish: async (publication) => {
      const sent = rooms ? undefined : await publishByRest(kind, entry, publication);
      if (sent) return sent;
      rooms ??= connect(kind, entry);
      return rooms.publish(publication);
    },
    close: () => rooms?.close(),
  };
}

/** Undefined: there is no REST of ours. @throws RoomError as the server says; CliError UNREACHABLE, REFUSED */
async function publishByRest(
  kind: RoomKind,
  { server, token }: Entry,
  { room, ...event }: Publication,
): Promise<Sent | undefined> {
  const answer = await ask(
    `${server.http}/api/${kind.name}/rooms/${encodeURIComponent(room)}/publish`,
    {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify(event),
      signal: AbortSignal.timeout(ANSWER_MS),
    },
  );
  const parsed = ack.safeParse(answer.body);
  if (answer.ok && parsed.success) return parsed.data;
  const error = roomErrorOf(answer);
  if (error) throw error;
  const reason = problemOf(answer)?.reason;
  // As a call of it over tRPC is refused.
  if (reason === 'NO_SUCH_PATH') throw new RoomError('NO_SUCH_PROCEDURE');
  if (reason !== undefined) throw refusalOf(server, answer);
  if (answer.status < 500) return undefined;
  throw new CliError(`the server at ${server.http} answered ${answer.status}`, {
    code: 'UNREACHABLE',
    advice: 'Look whether the server runs behind whatever has answered in its place.',
  });
}
