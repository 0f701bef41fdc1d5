import { isPending, type Entry } from './entry.ts';

/** How much an outbox holds. */
export interface OutboxBounds {
  /** Entries, those with an answer among them until they are shown in the stream or discarded. */
  readonly maxEntries: number;
  /** Bytes of their data. */
  readonly maxBytes: number;
}

/** Most calls that are under way at once, over all rooms, and most bytes of them: they share frames
 *  with everything else that a client asks. */
export const IN_FLIGHT = { calls: 16, bytes: 32 * 1024 } as const;

/** Which entries have to go so that one of `bytes` more has room: those with an answer, first what is
 *  stored, then what failed, the oldest first. Undefined: there is no room, whatever goes. */
export function makeRoom(
  entries: readonly Entry[],
  bytes: number,
  { maxEntries, maxBytes }: OutboxBounds,
): readonly Entry[] | undefined {
  let count = entries.length + 1;
  let size = entries.reduce((sum, entry) => sum + entry.bytes, bytes);
  const gone: Entry[] = [];
  for (const entry of entries.filter((each) => !isPending(each)).toSorted(byWorth)) {
    if (count <= maxEntries && size <= maxBytes) break;
    gone.push(entry);
    count -= 1;
    size -= entry.bytes;
  }
  return count <= maxEntries && size <= maxBytes ? gone : undefined;
}

/** May another call of so many bytes leave now? A large one may when nothing else is under way. */
export function mayLeave(bytes: number, inFlight: Iterable<number>): boolean {
  const sizes = [...inFlight];
  const sum = sizes.reduce((total, size) => total + size, bytes);
  return sizes.length === 0 || (sizes.length < IN_FLIGHT.calls && sum <= IN_FLIGHT.bytes);
}

function byWorth(a: Entry, b: Entry): number {
  const worth = (entry: Entry) => (entry.state === 'acked' ? 0 : 1);
  return worth(a) - worth(b) || a.at - b.at;
}
