import { readFile } from 'node:fs/promises';
import { normalAddress } from '../address.ts';

/** One TCP connection of this machine, as a `net.Socket` names it. */
export interface Endpoints {
  readonly localPort?: number | undefined;
  readonly remotePort?: number | undefined;
  readonly remoteAddress?: string | undefined;
}

/** What the kernel has to say of a connection's outgoing side. */
export interface KernelSide {
  /** Bytes that the other end has not acknowledged. */
  readonly bytes: number;
  /** Packets in a row that it left unanswered: repeats, and questions whether there is room again. */
  readonly unanswered: number;
}

const TABLES = ['/proc/net/tcp', '/proc/net/tcp6'];

/** How many bytes the kernel holds that the other end has not acknowledged, for each of these
 *  connections that it knows. Where there is no `/proc/net` (Linux has one): for none. */
export async function kernelQueues<T extends Endpoints>(
  sockets: readonly T[],
): Promise<Map<T, number>> {
  const sides = await kernelSides(sockets);
  return new Map(Array.from(sides, ([socket, { bytes }]) => [socket, bytes]));
}

/** All that it says of them, likewise. */
export async function kernelSides<T extends Endpoints>(
  sockets: readonly T[],
): Promise<Map<T, KernelSide>> {
  const wanted = new Map(sockets.map((socket) => [nameOf(socket), socket]));
  const sides = new Map<T, KernelSide>();
  for (const table of TABLES) {
    const text = await readFile(table, 'latin1').catch(() => '');
    for (const { name, ...side } of parseTable(text)) {
      const socket = wanted.get(name);
      if (socket) sides.set(socket, side);
    }
  }
  return sides;
}

interface Row extends KernelSide {
  readonly name: string;
}

const ROW =
  /^ *\d+: [0-9A-F]+:([0-9A-F]{4}) ([0-9A-F]+):([0-9A-F]{4}) \S+ ([0-9A-F]{8}):\S+ \S+ ([0-9A-F]{8}) +\d+ +(\d+) /gm;

/** The rows of a kernel table: number, local and remote address, state, queues, timer, repeats, all in hex; then the
 *  user and the questions, which are decimal. */
export function* parseTable(text: string): Generator<Row> {
  for (const [, local = '', address = '', remote = '', ...counts] of text.matchAll(ROW)) {
    const [localPort, remotePort] = [Number.parseInt(local, 16), Number.parseInt(remote, 16)];
    const remoteAddress = addressOf(address);
    const name = nameOf({ localPort, remotePort, remoteAddress });
    const [queue = '', repeats = '', questions = ''] = counts;
    const unanswered = Number.parseInt(repeats, 16) + Number(questions);
    yield { name, bytes: Number.parseInt(queue, 16), unanswered };
  }
}

function nameOf({ localPort, remotePort, remoteAddress = '' }: Endpoints): string {
  return `${localPort} ${remotePort} ${normalAddress(remoteAddress) ?? ''}`;
}

/** Words of four bytes, each with its last byte first. */
function addressOf(hex: string): string {
  const bytes = Buffer.from(hex, 'hex').swap32();
  if (bytes.length === 4) return bytes.join('.');
  const groups = Array.from({ length: 8 }, (_, no) => bytes.readUInt16BE(2 * no).toString(16));
  return groups.join(':');
}
