import type { PushCrowd, PushTogether } from '../../push.ts';
import type { Tally } from '../../tally.ts';
import type { Chain } from './chain.ts';
import { DirectCrowd } from './direct-crowd.ts';
import type { Envelopes } from './envelope.ts';
import type { FlushQueue, Flushable, Moulds } from './flush-queue.ts';
import { frameLength } from './frame-bytes.ts';
import type { ItemFrames } from './item-frames.ts';
import type { SubscriberNo } from './subscribers.ts';
import type { TcpHandle, TcpWrites } from './tcp-writes.ts';

/** The place of who has none. */
export const NO_PLACE = 0;

/** Whose connection is written to. */
export interface DirectOwner {
  /** `bytes` were written to the handle of its place, and not all of them is taken. */
  onHeld(bytes: Buffer): void;
}

/** What a connection was to get. */
export interface Gathered {
  readonly chain: Chain;
  readonly to: SubscriberNo;
  readonly bytes: number;
}

/** What they are made from. */
export interface DirectWritesParts {
  readonly queue: FlushQueue;
  readonly envelopes: Envelopes;
  readonly writes: TcpWrites;
  readonly tally: Tally;
  /** What would be more than that for one is sent another way, in bytes. */
  readonly softBytes: number;
}

// What is known of a place lies in one row of numbers.
const ROW = 4;
const [BYTES, CHAIN, TO, HOLDER] = [0, 1, 2, 3];
// A place is its row and how often that was given before: who still knows it when it is another's is not taken for him.
const ROWS = 2 ** 20;
const TIMES = 2 ** 10;
const ROWS_AT_FIRST = 64;

/** What those connections get in this turn that nothing waits for: items of one subscription each, straight to the
 *  kernel at the end of it. In rows of numbers, by the place of a connection: what lies side by side is read at a
 *  fraction of what it costs to visit thousands of objects, and between two writes, when a processor has just forgotten
 *  what it knew, next to nothing is done. */
export class DirectWrites implements Flushable, PushTogether {
  readonly #parts: DirectWritesParts;
  // The first row is nobody's.
  readonly #owners: (DirectOwner | undefined)[] = [undefined];
  /** Set where a place is open. */
  readonly #handles: (TcpHandle | undefined)[] = [undefined];
  /** How many bytes a place is to get, of which chain in `#made` (V8 takes note of each new object that is put down in an
   *  old one), for whom, and the place itself while it is somebody's. */
  #rows = new Int32Array(ROWS_AT_FIRST * ROW);
  #made: Chain[] = [];
  readonly #free: number[] = [];
  /** Rows that get something. */
  readonly #waiting: number[] = [];
  #count = 0;

  constructor(parts: DirectWritesParts) {
    this.#parts = parts;
  }

  /** Gives a connection a place, which is shut. Give it back with `leave`. Who comes when there are a million has none. */
  enter(owner: DirectOwner): number {
    const place = this.#free.pop() ?? this.#owners.length;
    const row = place % ROWS;
    if (place === ROWS) return NO_PLACE;
    if (row * ROW >= this.#rows.length) this.#grow();
    this.#owners[row] = owner;
    this.#handles[row] = undefined;
    this.#rows.fill(0, row * ROW, row * ROW + ROW);
    this.#rows[row * ROW + HOLDER] = place;
    return place;
  }

  #grow(): void {
    const rows = new Int32Array(this.#rows.length * 2);
    rows.set(this.#rows);
    this.#rows = rows;
  }

  /** What it was to get is dropped. */
  leave(place: number): void {
    if (place === NO_PLACE) return;
    const row = place % ROWS;
    this.#owners[row] = undefined;
    this.#handles[row] = undefined;
    this.#rows.fill(0, row * ROW, row * ROW + ROW);
    const times = (Math.floor(place / ROWS) + 1) % TIMES;
    this.#free.push(row + times * ROWS);
  }

  /** Has what comes next written to `handle`, until the place is shut. Unset: it is shut at once; nothing was gathered. */
  open(place: number, handle: TcpHandle | undefined): void {
    if (place !== NO_PLACE) this.#handles[place % ROWS] = handle;
  }

  /** Takes nothing more for this place, and gives back what was gathered. */
  shut(place: number): Gathered | undefined {
    const row = place % ROWS;
    this.#handles[row] = undefined;
    const bytes = this.bytesFor(place);
    const chain = this.#made[this.#number(row, CHAIN)];
    if (bytes === 0 || !chain) return undefined;
    this.#rows[row * ROW + BYTES] = 0;
    return { chain, to: this.#number(row, TO), bytes };
  }

  /** How many bytes a place is to get. */
  bytesFor(place: number): number {
    return this.#number(place % ROWS, BYTES);
  }

  #number(row: number, column: number): number {
    return this.#rows[row * ROW + column] ?? 0;
  }

  /** Adds an item's frame, and leaves room for more. False: the place is shut or nobody's by now, has something else to
   *  get, or would be full, or the turn is over: it is to be sent another way. */
  add(place: number, made: ItemFrames, to: SubscriberNo): boolean {
    const { tail } = made;
    const row = place % ROWS;
    if (!tail || !this.#handles[row] || this.#number(row, HOLDER) !== place) return false;
    const { queue, envelopes, softBytes } = this.#parts;
    // Who was written to in this run gets one write of it.
    if (queue.isRunning) return false;
    const before = this.#number(row, BYTES);
    const after = before + frameLength(queue.subscribers.beginningBytes(to) + tail.length);
    if (after > softBytes) return false;
    if (before === 0) this.#begin(row, to);
    else if (this.#number(row, TO) !== to) return false;
    const chain = before === 0 ? undefined : this.#made[this.#number(row, CHAIN)];
    this.#rows[row * ROW + CHAIN] = this.#numberOf((chain ?? envelopes.start).with(made));
    this.#rows[row * ROW + BYTES] = after;
    return true;
  }

  #begin(row: number, to: SubscriberNo): void {
    if (this.#count === 0) this.#parts.queue.add(this);
    this.#waiting[this.#count] = row;
    this.#count += 1;
    this.#rows[row * ROW + TO] = to;
  }

  /** As a rule it is the one that was last asked for. */
  #numberOf(chain: Chain): number {
    const last = this.#made.length - 1;
    return this.#made[last] === chain ? last : this.#made.push(chain) - 1;
  }

  crowd<T>(): PushCrowd<T> {
    const { envelopes, tally } = this.#parts;
    return new DirectCrowd<T>({ writes: this, envelopes, tally });
  }

  /** Writes what was gathered. */
  flush(): void {
    const { queue, writes, tally } = this.#parts;
    const { subscribers } = queue;
    let last: Chain | undefined;
    let moulds: Moulds = [];
    let done = 0;
    let sent = 0;
    try {
      while (done < this.#count) {
        const row = this.#waiting[done] ?? 0;
        done += 1;
        const handle = this.#handles[row];
        const length = this.#number(row, BYTES);
        const chain = this.#made[this.#number(row, CHAIN)];
        // Shut since, and perhaps another's.
        if (!handle || !chain || length === 0) continue;
        this.#rows[row * ROW + BYTES] = 0;
        sent += length;
        if (chain !== last) moulds = queue.mouldsOf((last = chain));
        const to = this.#number(row, TO);
        const mould = moulds[subscribers.beginningBytes(to)] ?? queue.mould(chain, to, length);
        if (writes.isTaken(handle, mould.for(to))) continue;
        this.#owners[row]?.onHeld(queue.lend(mould));
        // What is held stays as it is: others get theirs elsewhere.
        last = undefined;
      }
    } finally {
      tally.bytesSent += sent;
      this.#endFlush(done);
    }
  }

  #endFlush(done: number): void {
    this.#count -= done;
    if (this.#count === 0) {
      this.#made = [];
      return;
    }
    // One that throws takes nobody else's frames with it.
    this.#waiting.splice(0, done);
    this.#parts.queue.add(this);
  }
}
