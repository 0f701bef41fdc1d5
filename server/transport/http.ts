import type { AnyTRPCRouter } from '@trpc/server';
import { createHTTPHandler, type CreateHTTPHandlerOptions } from '@trpc/server/adapters/standalone';
import type { RequestListener } from 'node:http';
import { limits } from '../../shared/index.ts';
import type { SocketLimits } from './ws/options.ts';
import { createHttpContext, type ContextOptions } from './context.ts';

/** Speaks tRPC over HTTP, subscriptions as SSE, below `/trpc`. */
export function createHttpTransport<R extends AnyTRPCRouter>(
  options: ContextOptions & {
    router: R;
    onError: NonNullable<CreateHTTPHandlerOptions<R>['onError']>;
    limits: Pick<SocketLimits, 'callsPerFrame'>;
  },
): RequestListener {
  return createHTTPHandler<R>({
    router: options.router,
    basePath: '/trpc/',
    maxBodySize: limits.messageBytes,
    // TRN6: what one request may ask for, it may ask for so often.
    maxBatchSize: options.limits.callsPerFrame,
    onError: options.onError,
    createContext: createHttpContext(options),
  });
}
