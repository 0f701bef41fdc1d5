import { BlockList, isIPv6 } from 'node:net';
import { normalAddress } from './address.ts';

/** Which addresses are our own proxies. */
export type IsTrusted = (address: string) => boolean;

/** Where a request came from, as far as it is known. */
export interface Hops {
  /** The address at the other end of the socket. */
  readonly peer: string | undefined;
  /** All of `X-Forwarded-For`, as it came. */
  readonly forwardedFor: string | undefined;
}

/** Reads addresses and ranges (`10.0.0.0/8`), undefined where one of them is none. A range of length 0 is
 *  none: it would let everybody name his own address. */
export function trustedProxies(ranges: readonly string[]): IsTrusted | undefined {
  const list = new BlockList();
  for (const range of ranges) if (!addRange(list, range)) return undefined;
  // To be asked costs an object of the native side.
  return (address) => ranges.length > 0 && list.check(address, familyOf(address));
}

/** Whose request it is: the nearest address that is no proxy of ours (TRN5). Each proxy adds the address
 *  that it was called from at the right; what stands left of the first stranger is that stranger's word
 *  and counts for nothing. A proxy that passed on what is no address is itself the last that is known. */
export function clientAddress({ peer, forwardedFor }: Hops, isTrusted: IsTrusted): string {
  let address = normalAddress(peer ?? '');
  if (address === undefined) return UNKNOWN;
  let entries: string[] | undefined;
  while (isTrusted(address)) {
    entries ??= forwardedFor?.split(',') ?? [];
    const next = entryAddress(entries.pop() ?? '');
    if (next === undefined) return address;
    address = next;
  }
  return address;
}

// A socket that is gone has no peer any more.
const UNKNOWN = 'unknown';

/** An entry of the header: some proxies add a port, some put quotes around it. */
function entryAddress(entry: string): string | undefined {
  const bare = entry.trim().replace(/^"(.*)"$/, '$1');
  const withPort = /^\[([^\]]*)\](?::\d{1,5})?$/.exec(bare) ?? /^([^:]*):\d{1,5}$/.exec(bare);
  return normalAddress(withPort?.[1] ?? bare);
}

function addRange(list: BlockList, range: string): boolean {
  const [text = '', bits, ...more] = range.split('/');
  const address = text.includes('%') ? undefined : normalAddress(text);
  if (address === undefined || more.length > 0) return false;
  const family = familyOf(address);
  if (bits === undefined) {
    list.addAddress(address, family);
    return true;
  }
  // A range of mapped addresses counts its bits in IPv6: whoever means IPv4 can write IPv4.
  const isMapped = family === 'ipv4' && isIPv6(text);
  const length = /^\d{1,3}$/.test(bits) && !isMapped ? Number(bits) : 0;
  if (length < 1 || length > (family === 'ipv4' ? 32 : 128)) return false;
  list.addSubnet(address, length, family);
  return true;
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isIPv6(address) ? 'ipv6' : 'ipv4';
}
