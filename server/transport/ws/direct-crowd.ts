import type { PushCrowd, PushItem, PushSink } from '../../push.ts';
import type { Tally } from '../../tally.ts';
import type { DirectWrites } from './direct-writes.ts';
import type { Envelopes } from './envelope.ts';
import type { ItemFrames } from './item-frames.ts';
import { NO_SUBSCRIBER, type SubscriberNo } from './subscribers.ts';

/** A sink that direct writes may serve. */
export interface DirectSink extends PushSink {
  readonly place: number;
  readonly to: SubscriberNo;
}

/** What a crowd is made from. */
export interface DirectCrowdParts {
  readonly writes: DirectWrites;
  readonly envelopes: Envelopes;
  readonly tally: Tally;
}

/** Sinks that get the same, in columns: none of them is visited. */
export class DirectCrowd<T> implements PushCrowd<T> {
  readonly #parts: DirectCrowdParts;
  /** Where in the columns each of them stands. */
  readonly #rows = new Map<T, number>();
  readonly #whose: T[] = [];
  readonly #places: number[] = [];
  readonly #to: SubscriberNo[] = [];

  constructor(parts: DirectCrowdParts) {
    this.#parts = parts;
  }

  get size(): number {
    return this.#whose.length;
  }

  add(whose: T, sink: PushSink): void {
    // Only those come here whose `together` has made this crowd.
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion
    const { place, to } = sink as DirectSink;
    this.#rows.set(whose, this.#whose.length);
    this.#whose.push(whose);
    this.#places.push(place);
    this.#to.push(to);
  }

  delete(whose: T): void {
    const row = this.#rows.get(whose);
    if (row === undefined) return;
    this.#rows.delete(whose);
    dropRow(this.#places, row);
    dropRow(this.#to, row);
    const moved = dropRow(this.#whose, row);
    if (moved !== undefined) this.#rows.set(moved, row);
  }

  push(item: PushItem): readonly T[] {
    const { writes, tally } = this.#parts;
    const made = this.#framesOf(item);
    if (!made) return this.#whose.slice();
    const [places, numbers] = [this.#places, this.#to];
    const left: T[] = [];
    for (let row = 0; row < places.length; row += 1) {
      if (writes.add(places[row] ?? 0, made, numbers[row] ?? NO_SUBSCRIBER)) continue;
      const whose = this.#whose[row];
      if (whose !== undefined) left.push(whose);
    }
    tally.deliveries += places.length - left.length;
    return left;
  }

  /** Undefined: there are none. Whoever is pushed to alone meets what is in the way of it. */
  #framesOf(item: PushItem): ItemFrames | undefined {
    try {
      return this.#parts.envelopes.framesOf(item);
    } catch {
      return undefined;
    }
  }
}

/** Puts the last into the place of one that goes. Returns it, if it is another. */
function dropRow<E>(column: E[], row: number): E | undefined {
  const last = column.pop();
  if (last === undefined || row === column.length) return undefined;
  column[row] = last;
  return last;
}
