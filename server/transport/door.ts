import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { Logger } from '../logger.ts';
import { normalAddress } from './address.ts';
import { createAdmission, type ConnectionLimits } from './admission.ts';
import type { Holder } from './holders.ts';
import { clientAddress, trustedProxies, type IsTrusted } from './client-address.ts';
import type { Refusal } from './request-guard.ts';

/** What a door is made from. */
export interface DoorOptions {
  /** Our own proxies: addresses and ranges. Default: none. */
  readonly ranges?: readonly string[] | undefined;
  readonly limits: ConnectionLimits;
  readonly logger: Logger;
}

/** Who comes in, and as whom he counts (TRN5). */
export interface Door {
  readonly isTrusted: IsTrusted;
  /** May this socket stay, whatever it will ask? Counts it until it closes. */
  isWelcome(socket: Socket): boolean;
  /** Gives a place to whoever asks, until `holder` closes, or the refusal. */
  admit(req: IncomingMessage, holder: Holder): Refusal | undefined;
}

/** Opens with nobody in. @throws Error for ranges that are none */
export function createDoor({ ranges = [], limits, logger }: DoorOptions): Door {
  const isTrusted = trustedProxies(ranges);
  if (!isTrusted) throw new Error(`door: not addresses or ranges: ${ranges.join(', ')}`);
  const admission = createAdmission(limits);
  const addressOf = addressReader(isTrusted, (peer) => {
    const advice =
      'if it is your proxy, name it in TRUSTED_PROXIES: until then all it brings count as one';
    logger.warn({ peer }, `X-Forwarded-For came from an address that is not trusted; ${advice}`);
  });
  const sockets = createAdmission(withSpare(limits));
  return {
    isTrusted,
    isWelcome: (socket) => {
      const peer = normalAddress(socket.remoteAddress ?? '');
      // One that is gone already, and a proxy, whose sockets are those of many.
      if (peer === undefined || isTrusted(peer)) return true;
      return sockets.enter(socket, peer) === undefined;
    },
    admit: (req, holder) => admission.enter(holder, addressOf(req)),
  };
}

/** Sockets as such are bounded, or silent ones would use up the descriptors of the process. There are more of them
 *  than connections, so that whoever is refused a connection can still be told so. */
function withSpare({ connections, connectionsPerAddress }: ConnectionLimits): ConnectionLimits {
  const more = (limit: number) => 2 * limit + SPARE_SOCKETS;
  return { connections: more(connections), connectionsPerAddress: more(connectionsPerAddress) };
}

const SPARE_SOCKETS = 100;

/** Reads the address of requests. `onUndeclared` hears once of a peer that looks like a proxy and is not trusted:
 *  it stands in a private network and says on whose behalf it calls. */
function addressReader(
  isTrusted: IsTrusted,
  onUndeclared: (peer: string) => void,
): (req: IncomingMessage) => string {
  let isTold = false;
  return ({ socket, headers }) => {
    // Node joins what comes in several headers.
    const forwardedFor = headers['x-forwarded-for']?.toString();
    const address = clientAddress({ peer: socket.remoteAddress, forwardedFor }, isTrusted);
    if (!isTold && forwardedFor !== undefined && isUndeclared(socket.remoteAddress, isTrusted)) {
      isTold = true;
      onUndeclared(address);
    }
    return address;
  };
}

// Where proxies stand.
const isPrivate = trustedProxies([
  '127.0.0.0/8',
  '10.0.0.0/8',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '::1',
  'fc00::/7',
  'fe80::/10',
]);

function isUndeclared(peer: string | undefined, isTrusted: IsTrusted): boolean {
  const address = normalAddress(peer ?? '');
  return address !== undefined && !isTrusted(address) && isPrivate?.(address) === true;
}
