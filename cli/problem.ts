import { z } from 'zod';
import { isErrorCode } from '../shared/errors.ts';
import { RoomError } from '../shared/index.ts';
import type { Answer } from './ask.ts';
import { CliError } from './failure.ts';
import type { ServerUrl } from './server-url.ts';

const schema = z.object({ detail: z.string(), reason: z.string().optional() });

/** What an answer says of why it is none, in the words of RFC 9457. */
export type Problem = z.infer<typeof schema>;

/** Reads it. Undefined: it says nothing of the kind. */
export function problemOf({ body }: Answer): Problem | undefined {
  return schema.safeParse(body).data;
}

/** What a request was refused with, where that is a row of our table. */
export function roomErrorOf(answer: Answer): RoomError | undefined {
  const { reason, detail } = problemOf(answer) ?? {};
  return isErrorCode(reason) ? new RoomError(reason, detail) : undefined;
}

/** A refusal that is none of a server of ours, or of one that is called wrongly. */
export function refusalOf(server: ServerUrl, answer: Answer): CliError {
  const said = problemOf(answer);
  const detail = said ? `: ${said.detail}` : '';
  return new CliError(`the server at ${server.http} answered ${answer.status}${detail}`, {
    code: 'REFUSED',
    advice: 'Check --url: is this a trpc-rooms server, called by a name that it serves?',
  });
}
