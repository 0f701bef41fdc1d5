import type { Report } from './anomaly.ts';
import type { Shown } from './history.ts';
import { readKey } from './place.ts';
import { Ranges } from './ranges.ts';

/** What is known of one place in the log. */
export interface Known {
  readonly key: string | undefined;
  readonly by: string;
  readonly value: string;
  readonly replyTo: number | undefined;
  stamp: number | undefined;
  isAcked: boolean;
  /** Was it read while the log grew? */
  isRead: boolean;
  /** Was it still there when all was over? */
  isKept: boolean;
}

/** What somebody says of a place. */
export type Told = Omit<Shown, 'position' | 'stamp'> & { readonly stamp?: number };

/** Who has said what, in answer to what, as one text. */
export function contentOf({ by, value, replyTo }: Pick<Shown, 'by' | 'value' | 'replyTo'>): string {
  return replyTo === undefined ? `${by} ${value}` : `${by} ${value} to ${replyTo}`;
}

/** One life of a room's log: what stands where, as all witnesses agree. It remembers the newest
 *  `window` places; of the rest it knows that they were there. */
export class Life {
  readonly epoch: string;
  readonly #room: string;
  readonly #report: Report;
  readonly #window: number;
  readonly #known = new Map<number, Known>();
  /** Who has what in the log, by writer. */
  readonly #stored = new Map<string, Ranges>();
  /** The highest place that anybody knows of. */
  #top = 0;
  #forgotten = 0;
  /** How far the run's own reader has come. */
  read = 0;
  /** Witnesses to places that were forgotten. */
  unchecked = 0;

  constructor(options: { epoch: string; room: string; window: number; report: Report }) {
    this.epoch = options.epoch;
    this.#room = options.room;
    this.#window = options.window;
    this.#report = options.report;
  }

  get top(): number {
    return this.#top;
  }

  /** Somebody knows that the log reaches to here. */
  reach(offset: number): void {
    this.#top = Math.max(this.#top, offset);
  }

  at(offset: number): Known | undefined {
    return this.#known.get(offset);
  }

  /** Was it too long ago to be remembered? */
  hasForgotten(offset: number): boolean {
    return offset <= this.#forgotten;
  }

  /** Is the key in this life's log? */
  holds(key: string): boolean {
    const named = readKey(key);
    return named !== undefined && (this.#stored.get(named.writer)?.has(named.n) ?? false);
  }

  /** Hears what stands at a place. The first to say so is believed, all others have to agree.
   *  Undefined when it is not the first, or nothing can be said any more. */
  witness(offset: number, shown: Told): Known | undefined {
    this.reach(offset);
    const known = this.#known.get(offset);
    if (known) {
      this.#compare(offset, known, shown);
      return undefined;
    }
    if (offset <= this.#forgotten) {
      this.unchecked += 1;
      return undefined;
    }
    return this.#learn(offset, shown);
  }

  /** Every known place above `offset`, in no order. */
  *above(offset: number): Iterable<readonly [number, Known]> {
    for (const entry of this.#known) if (entry[0] > offset) yield entry;
  }

  #compare(offset: number, known: Known, shown: Told): void {
    const where = `${this.epoch}:${offset}`;
    if (known.key !== shown.key) {
      const what = `at ${where} stands ${name(known.key)} for one and ${name(shown.key)} for another`;
      return this.#report('order', what, this.#room);
    }
    if (contentOf(known) !== contentOf(shown)) {
      const what = `${name(shown.key)} at ${where} was shown as ${contentOf(shown)} and as ${contentOf(known)}`;
      return this.#report('altered', what, this.#room);
    }
    known.stamp ??= shown.stamp;
    if (shown.stamp === undefined || known.stamp === shown.stamp) return;
    this.#report('ack', `${name(shown.key)} at ${where} was taken at two times`, this.#room);
  }

  #learn(offset: number, { key, by, value, replyTo, stamp }: Told): Known {
    const seen = { isAcked: false, isRead: false, isKept: false };
    const known: Known = { key, by, value, replyTo, stamp, ...seen };
    this.#known.set(offset, known);
    this.#remember(offset, key);
    if (this.#known.size > this.#window) this.#forget();
    return known;
  }

  #remember(offset: number, key: string | undefined): void {
    const named = key === undefined ? undefined : readKey(key);
    if (!named) return;
    const ranges = this.#stored.get(named.writer) ?? new Ranges();
    this.#stored.set(named.writer, ranges);
    if (ranges.has(named.n)) {
      const what = `${name(key)} is stored again at ${this.epoch}:${offset}`;
      this.#report('twice', what, this.#room);
    }
    ranges.add(named.n);
  }

  #forget(): void {
    // Places are learnt nearly in order: the first in the map is one of the lowest.
    const [oldest] = this.#known.keys();
    if (oldest === undefined) return;
    this.#known.delete(oldest);
    this.#forgotten = Math.max(this.#forgotten, oldest);
  }
}

function name(key: string | undefined): string {
  return key ?? 'an event without a key';
}
