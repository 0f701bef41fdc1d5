import type { TRPCError } from '@trpc/server';
import { getHTTPStatusCodeFromError } from '@trpc/server/http';
import { RoomError } from '../shared/index.ts';
import type { Logger } from './logger.ts';
import { countOne, type Counts } from './metrics/counts.ts';
import { errorCodeOf, faultId } from './router/error-shape.ts';

/** What every call that fails is told to: faults go to the log with the id that the client was given; the rest is the
 *  caller's, also what the table has no row for (a team's own PRECONDITION_FAILED): of that only the debug log knows. */
export function reportFaults(logger: Logger, counts: Counts) {
  return ({ error, path }: { error: TRPCError; path: string | undefined }) => {
    if (isProtocolError(error.cause)) {
      logger.debug({ err: error.cause }, 'a client broke the WebSocket protocol');
      return;
    }
    const code = errorCodeOf(error);
    countOne(counts.callsRefused, code);
    if (code !== 'INTERNAL' || getHTTPStatusCodeFromError(error) < FAULT) {
      logger.debug({ code, path, why: whyOf(error.cause) }, 'a call was refused');
      return;
    }
    logger.error({ err: error.cause ?? error, path, fault: faultId(error) }, 'a call failed');
  };
}

/** What the caller is not told, where somebody has said so: who it was that refused. */
function whyOf(cause: unknown): string | undefined {
  return cause instanceof RoomError && typeof cause.cause === 'string' ? cause.cause : undefined;
}

// As HTTP counts: below it is what a caller has done.
const FAULT = 500;

/** ws names what it refuses; it has closed the connection with the right code by then. */
function isProtocolError(cause: unknown): boolean {
  return cause instanceof Error && 'code' in cause && String(cause.code).startsWith('WS_ERR_');
}
