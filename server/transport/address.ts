import { isIPv4, isIPv6 } from 'node:net';

/** The one form in which an address is compared and counted: IPv6 in eight groups, and IPv4 wherever
 *  an IPv6 address only carries one. Undefined: this is no address. */
export function normalAddress(text: string): string | undefined {
  // The zone says which cable of this machine, not who is at its other end.
  const address = text.replace(/%.*$/, '');
  if (isIPv4(address)) return address;
  if (!isIPv6(address)) return undefined;
  const groups = groupsOf(address);
  return carriedIPv4(groups) ?? groups.map((group) => group.toString(16)).join(':');
}

/** Whom a normal address counts as. IPv4: itself. IPv6: its /64, which is the least that anybody is
 *  given, so that its owner could otherwise count as 2^64 people. */
export function addressKey(address: string): string {
  if (!isIPv6(address)) return address;
  return `${address.split(':').slice(0, 4).join(':')}::/64`;
}

/** Does a normal address stay on this machine? */
export function isLoopbackAddress(address: string): boolean {
  return address.startsWith('127.') || address === '0:0:0:0:0:0:0:1';
}

const GROUPS = 8;

function groupsOf(address: string): number[] {
  const [head = '', tail] = address.split('::');
  const front = halfOf(head);
  if (tail === undefined) return front;
  const back = halfOf(tail);
  const zeros = Array.from({ length: GROUPS - front.length - back.length }, () => 0);
  return [...front, ...zeros, ...back];
}

function halfOf(text: string): number[] {
  return text === '' ? [] : text.split(':').flatMap(groupOf);
}

/** One group, or the two that a dotted end stands for. */
function groupOf(text: string): number[] {
  if (!text.includes('.')) return [Number.parseInt(text, 16)];
  const [a = 0, b = 0, c = 0, d = 0] = text.split('.').map(Number);
  return [a * 256 + b, c * 256 + d];
}

/** RFC 4291, IPv4-mapped: ::ffff:a.b.c.d. */
function carriedIPv4(groups: readonly number[]): string | undefined {
  const isMapped = groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xff_ff;
  if (!isMapped) return undefined;
  return groups
    .slice(6)
    .flatMap((group) => [group >> 8, group & 255])
    .join('.');
}
