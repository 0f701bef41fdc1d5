// Loopback has many addresses: a limit of connections per address is not what is measured here.
const ADDRESSES = 200;

/** The loopback address that a client comes from, by its number. Undefined: the system's choice. */
export function addressOf(no: number): string | undefined {
  // Elsewhere only the first address of loopback is there from the start.
  return process.platform === 'linux' ? `127.0.1.${1 + (no % ADDRESSES)}` : undefined;
}
