import type { Clock } from '../clock.ts';
import { kernelQueues, type Endpoints } from '../transport/ws/kernel-queues.ts';

/** A connection, as far as it is watched. Both counts only grow, with what Node reads and is given to write. */
export interface QuietSocket extends Endpoints {
  readonly bytesRead: number;
  readonly bytesWritten: number;
  /** What Node has not handed to the kernel yet. */
  readonly writableLength: number;
  readonly destroyed: boolean;
  destroy(): unknown;
}

/** How they are watched. */
export interface QuietSocketsOptions {
  readonly clock: Clock;
  /** How long nothing may move, in milliseconds. It may be a third more: it is looked at now and then. */
  readonly stallMs: number;
  /** What the kernel holds of each. Default: what Linux tells in `/proc/net`. */
  readonly queues?: (all: readonly QuietSocket[]) => Promise<ReadonlyMap<QuietSocket, number>>;
}

interface Seen {
  readonly bytes: number;
  /** What the kernel held, in bytes; -1: nobody has looked. */
  queued: number;
  /** Looks in a row that found the same. */
  still: number;
}

const LOOKS = 6;

/** HTTP connections on which Node sees nothing move. Of a large answer the kernel takes more only when a third of its
 *  own megabytes is free again, which a slow reader needs minutes for: what it holds falls meanwhile. Cut is one of
 *  which that stays the same as well (TRN4); whoever has taken all that there is waits for us, and is left alone. Looks are counted, not time: after a stall of ours nobody is to blame. */
export class QuietSockets {
  readonly #clock: Clock;
  readonly #queues: NonNullable<QuietSocketsOptions['queues']>;
  readonly #seen = new Map<QuietSocket, Seen>();
  /** Without a byte for so long a connection is one of them, in milliseconds. */
  readonly quietMs: number;
  #isLooking = false;

  constructor({ clock, stallMs, queues = kernelQueues }: QuietSocketsOptions) {
    this.#clock = clock;
    this.#queues = queues;
    this.quietMs = stallMs / LOOKS;
  }

  /** Watches one until something moves that Node sees, too. */
  add(socket: QuietSocket): void {
    const bytes = bytesOf(socket);
    // It may have moved and be quiet again before it was looked at: Node says so once.
    if (this.#seen.get(socket)?.bytes === bytes) return;
    this.#seen.set(socket, { bytes, queued: -1, still: 0 });
    if (!this.#isLooking) this.#lookLater();
  }

  #lookLater(): void {
    this.#isLooking = this.#seen.size > 0;
    if (this.#isLooking) this.#clock.after(this.quietMs, () => void this.#look());
  }

  async #look(): Promise<void> {
    const queues = await this.#queues([...this.#seen.keys()]);
    for (const [socket, seen] of this.#seen) {
      if (socket.destroyed || bytesOf(socket) !== seen.bytes) this.#seen.delete(socket);
      else this.#judge(socket, seen, queues.get(socket) ?? 0);
    }
    this.#lookLater();
  }

  #judge(socket: QuietSocket, seen: Seen, queued: number): void {
    const isOwed = queued > 0 || socket.writableLength > 0;
    seen.still = isOwed && queued === seen.queued ? seen.still + 1 : 0;
    seen.queued = queued;
    if (seen.still < LOOKS) return;
    this.#seen.delete(socket);
    socket.destroy();
  }
}

function bytesOf({ bytesRead, bytesWritten }: QuietSocket): number {
  return bytesRead + bytesWritten;
}
