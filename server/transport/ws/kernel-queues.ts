import { readFile } from 'node:fs/promises';
import { normalAddress } from '../address.ts';

/** One TCP connection of this machine, as a `net.Socket` names it. */
export interface Endpoints {
  readonly localPort?: number | undefined;
  readonly remotePort?: number | undefined;
  readonly remoteAddress?: string | undefined;
}

const TABLES = ['/proc/net/tcp', '/proc/net/tcp6'];

/** How many bytes the kernel holds that the other end has not acknowledged, for each of these
 *  connections that it knows. Where there is no `/proc/net` (Linux has one): for none. */
export async function kernelQueues<T extends Endpoints>(
  sockets: readonly T[],
): Promise<Map<T, number>> {
  const wanted = new Map(sockets.map((socket) => [nameOf(socket), socket]));
  const queues = new Map<T, number>();
  for (const table of TABLES) {
    const text = await readFile(table, 'latin1').catch(() => '');
    for (const { name, bytes } of parseTable(text)) {
      const socket = wanted.get(name);
      if (socket) queues.set(socket, bytes);
    }
  }
  return queues;
}

interface Row {
  readonly name: string;
  readonly bytes: number;
}

/** The rows of a kernel table: number, local and remote address, state, queues, all in hex. */
export function* parseTable(text: string): Generator<Row> {
  const row = /^ *\d+: [0-9A-F]+:([0-9A-F]{4}) ([0-9A-F]+):([0-9A-F]{4}) \S+ ([0-9A-F]{8}):/gm;
  for (const [, local = '', address = '', remote = '', queue = ''] of text.matchAll(row)) {
    const [localPort, remotePort] = [Number.parseInt(local, 16), Number.parseInt(remote, 16)];
    const remoteAddress = addressOf(address);
    const name = nameOf({ localPort, remotePort, remoteAddress });
    yield { name, bytes: Number.parseInt(queue, 16) };
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
