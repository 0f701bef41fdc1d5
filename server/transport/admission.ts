import { addressKey } from './address.ts';
import type { Refusal } from './request-guard.ts';

/** How many connections are held at once (counts). */
export interface ConnectionLimits {
  readonly connections: number;
  /** From one address; for IPv6 from one /64. */
  readonly connectionsPerAddress: number;
}

/** What holds a place until it closes: a socket, a WebSocket, the response to a call. */
export interface Holder {
  on(event: 'close', listener: () => void): unknown;
}

/** Counts who is in, and lets nobody in beyond the limits. */
export interface Admission {
  /** Gives a place to one of a normal address until it closes, or the refusal. */
  enter(holder: Holder, address: string): Refusal | undefined;
}

// Long enough that those who are refused cost next to nothing, short enough for a full house to refill.
const RETRY_AFTER_S = 5;

/** Opens with nobody in. */
export function createAdmission(limits: ConnectionLimits): Admission {
  const { connections, connectionsPerAddress } = limits;
  const places = new Map<Holder, string>();
  const counts = new Map<string, number>();
  const leave = (holder: Holder) => {
    const key = places.get(holder);
    if (key === undefined) return;
    places.delete(holder);
    const left = (counts.get(key) ?? 0) - 1;
    if (left > 0) counts.set(key, left);
    else counts.delete(key);
  };
  // One listener for all: a way out for each would be memory for each.
  function onClose(this: Holder) {
    leave(this);
  }
  return {
    enter: (holder, address) => {
      const key = addressKey(address);
      const count = counts.get(key) ?? 0;
      if (places.size >= connections) return full('the server is full');
      if (count >= connectionsPerAddress) return full('too many connections from this address');
      places.set(holder, key);
      counts.set(key, count + 1);
      holder.on('close', onClose);
      return undefined;
    },
  };
}

function full(message: string): Refusal {
  return { status: 503, message, retryAfterS: RETRY_AFTER_S };
}
