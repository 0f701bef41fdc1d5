import type { TRPCError } from '@trpc/server';
import type { Logger } from './logger.ts';
import { countOne, type Counts } from './metrics/counts.ts';
import { errorCodeOf, faultId } from './router/error-shape.ts';

/** What every call that fails is told to: faults of ours go to the log with the id that the client was given; the rest is the caller's. */
export function reportFaults(logger: Logger, counts: Counts) {
  return ({ error, path }: { error: TRPCError; path: string | undefined }) => {
    if (isProtocolError(error.cause)) {
      logger.debug({ err: error.cause }, 'a client broke the WebSocket protocol');
      return;
    }
    const code = errorCodeOf(error);
    countOne(counts.callsRefused, code);
    if (code !== 'INTERNAL') return;
    logger.error({ err: error.cause ?? error, path, fault: faultId(error) }, 'a call failed');
  };
}

/** ws names what it refuses; it has closed the connection with the right code by then. */
function isProtocolError(cause: unknown): boolean {
  return cause instanceof Error && 'code' in cause && String(cause.code).startsWith('WS_ERR_');
}
