import { TRPCError } from '@trpc/server';
import type { CallRequest } from './call.ts';
import type { SocketLimits } from './options.ts';

/** What has begun on one connection and not ended. */
export class UnderWay {
  readonly #subscriptions = new Map<number | string, { abort(): void }>();
  /** Queries and mutations. */
  #calls = 0;

  /** Why a call may not begin as well. Undefined: it may. */
  refusalOf({ id, type }: CallRequest, limits: SocketLimits): TRPCError | undefined {
    if (type !== 'subscription') {
      return this.#calls < limits.callsAtOnce ? undefined : tooMany('calls');
    }
    if (this.#subscriptions.has(id)) {
      return new TRPCError({ code: 'BAD_REQUEST', message: `Duplicate id ${id}` });
    }
    return this.#subscriptions.size < limits.subscriptions ? undefined : tooMany('subscriptions');
  }

  /** Counts a call, and holds a subscription's id, until `end`. */
  begin({ id, type }: CallRequest, call: { abort(): void }): void {
    if (type === 'subscription') this.#subscriptions.set(id, call);
    else this.#calls += 1;
  }

  end({ id, type }: CallRequest): void {
    if (type === 'subscription') this.#subscriptions.delete(id);
    else this.#calls -= 1;
  }

  /** Stops a subscription, if there is one of that id. */
  stop(id: number | string): void {
    this.#subscriptions.get(id)?.abort();
  }

  /** Stops all subscriptions. */
  stopAll(): void {
    for (const call of this.#subscriptions.values()) call.abort();
    this.#subscriptions.clear();
  }
}

function tooMany(what: string): TRPCError {
  return new TRPCError({ code: 'TOO_MANY_REQUESTS', message: `too many ${what} at once` });
}
