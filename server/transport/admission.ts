import { addressKey } from './address.ts';
import { Holders, type Holder } from './holders.ts';
import type { Refusal } from './request-guard.ts';

/** How many connections are held at once (counts). */
export interface ConnectionLimits {
  readonly connections: number;
  /** From one address; for IPv6 from one /64. */
  readonly connectionsPerAddress: number;
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
  const holders = new Holders<Holder, string>((key) => key);
  return {
    enter: (holder, address) => {
      const key = addressKey(address);
      if (holders.size >= connections) return full('the server is full');
      if (holders.countOf(key) >= connectionsPerAddress) {
        return full('too many connections from this address');
      }
      holders.enter(holder, key);
      return undefined;
    },
  };
}

function full(message: string): Refusal {
  return { status: 503, message, retryAfterS: RETRY_AFTER_S };
}
