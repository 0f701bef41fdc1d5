import { TRPCClientError, type TRPCLink } from '@trpc/client';
import type { AnyTRPCRouter } from '@trpc/server';
import { observable } from '@trpc/server/observable';
import { RoomError } from '../../shared/index.ts';
import type { Connection, ConnectionState } from '../connection/connection-state.ts';
import { clientSuperjson } from '../transformer.ts';
import type { Calls } from './calls.ts';

/** A link of tRPC's over the calls of a connection: subscriptions that survive it, frames within the
 *  server's limits, and errors that are `RoomError`s under `cause` where no reply came. */
export function roomsLink<R extends AnyTRPCRouter>(
  connection: Pick<Connection, 'current' | 'subscribe'> & { readonly calls: Calls },
): TRPCLink<R> {
  return () =>
    ({ op }) =>
      observable((observer) => {
        const { type, path, context, signal } = op;
        const fail = (error: unknown) => {
          observer.error(TRPCClientError.from(error as Error));
        };
        const input = encode(op.input);
        if (input instanceof RoomError) {
          fail(input);
          return () => {};
        }
        const tell = (state: ConnectionState) => {
          observer.next({ result: stateResult(state), context });
        };
        let untell = () => {};
        if (type === 'subscription') {
          tell(connection.current);
          untell = connection.subscribe(tell);
        }
        const giveUp = connection.calls.start(
          { type, path, input },
          {
            next: (result) => observer.next({ result, context }),
            error: fail,
            complete: () => observer.complete(),
          },
        );
        const abort = () => observer.complete();
        if (signal?.aborted) abort();
        else signal?.addEventListener('abort', abort, { once: true });
        return () => {
          signal?.removeEventListener('abort', abort);
          untell();
          giveUp();
        };
      });
}

function encode(input: unknown): unknown {
  try {
    return clientSuperjson.input.serialize(input);
  } catch (cause) {
    return new RoomError('BAD_INPUT', 'this input cannot be written as JSON', { cause });
  }
}

/** A connection's state in tRPC's words, for `onConnectionStateChange`. */
function stateResult(current: ConnectionState) {
  switch (current.state) {
    case 'open':
      return { type: 'state', state: 'pending', error: null } as const;
    case 'connecting':
      return { type: 'state', state: 'connecting', error: null } as const;
    case 'waiting': {
      const error = TRPCClientError.from(current.error);
      return { type: 'state', state: 'connecting', error } as const;
    }
    case 'stopped':
      return { type: 'state', state: 'idle', error: null } as const;
  }
}
