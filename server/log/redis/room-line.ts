import type { Position } from '../../../shared/index.ts';
import { afresh } from '../../afresh.ts';
import type { Page, Range, StoredEvent } from '../room-log.ts';

/** What a line is made from. */
export interface RoomLineOptions {
  /** Reads the room's log. */
  readonly read: (range: Range) => Promise<Page>;
  /** Tells those who follow: of events in order, or, with `head` and none, that it goes on from there, in another
   *  epoch or behind events that it does not tell of. */
  readonly tell: (events: readonly StoredEvent[], epoch: string, head?: number) => void;
  /** Calls `run` a moment later. Returns the undo. */
  readonly soon: (run: () => void) => () => void;
}

interface Early {
  readonly epoch: string;
  readonly make: () => StoredEvent | undefined;
}

const PAGE = 100;
// Missed more than this, the line goes on with the newest: whoever follows has the log for the rest (RES5).
const MAX_MISSED = 1_000;
const MAX_EARLY = 1_000;

/** A room's events as this node hears of them: in order, each once, whichever way they come. What does not come
 *  is read from the log, which is the truth (RES5). */
export class RoomLine {
  readonly #options: RoomLineOptions;
  /** Heard before its turn. */
  readonly #early = new Map<number, Early>();
  readonly #waiting: { readonly offset: number; readonly resolve: () => void }[] = [];
  /** The last event that was told. Undefined until the line has begun. */
  #tail: Position | undefined;
  #cancelSoon: (() => void) | undefined;
  #isOver = false;

  constructor(options: RoomLineOptions) {
    this.#options = options;
  }

  get tail(): Position | undefined {
    return this.#tail;
  }

  /** Begins with what comes after a position. */
  begin(position: Position): void {
    this.#tail ??= position;
    this.#drain();
  }

  /** Takes an event that was heard of. `make` is called only if it is news. */
  offer({ epoch, offset }: Position, make: () => StoredEvent | undefined): void {
    if (this.#isOver) return;
    const tail = this.#tail;
    if (tail && epoch !== tail.epoch) return void this.heal();
    if (tail && offset <= tail.offset) return;
    if (this.#early.size < MAX_EARLY) this.#early.set(offset, { epoch, make });
    if (tail?.offset === offset - 1) return this.#drain();
    if (!tail) return;
    // Most often what is missing is on its way.
    this.#cancelSoon ??= this.#options.soon(() => void this.heal());
  }

  /** Resolves when an event has been told, or cannot be for now. */
  async told({ epoch, offset }: Position): Promise<void> {
    const tail = this.#tail;
    if (this.#isOver || !tail || tail.epoch !== epoch || tail.offset >= offset) return;
    await new Promise<void>((resolve) => this.#waiting.push({ offset, resolve }));
  }

  /** Reads what was missed until now. Never rejects: what fails is tried again by whoever looks next. */
  readonly heal: () => Promise<void> = afresh(() => this.#heal());

  close(): void {
    this.#isOver = true;
    this.#cancelSoon?.();
    this.#release(Number.POSITIVE_INFINITY);
  }

  async #heal(): Promise<void> {
    this.#cancelSoon?.();
    this.#cancelSoon = undefined;
    await this.#catchUp().catch(() => {});
    this.#release(Number.POSITIVE_INFINITY);
  }

  async #catchUp(): Promise<void> {
    for (;;) {
      const tail = this.#tail;
      if (this.#isOver || !tail) return;
      const page = await this.#options.read({ after: tail.offset, limit: PAGE });
      if (this.#isOver) return;
      if (page.epoch !== tail.epoch) return this.#beginEpoch(page);
      const isFar = page.head - tail.offset > MAX_MISSED;
      this.#tell(isFar ? await this.#newest(page) : page);
      if ((this.#tail?.offset ?? 0) >= page.head) return this.#drain();
    }
  }

  async #newest({ epoch, head }: Page): Promise<Page> {
    const page = await this.#options.read({ before: head + 1, limit: PAGE });
    return page.epoch === epoch ? page : { ...page, events: [] };
  }

  #beginEpoch({ epoch, head }: Page): void {
    this.#early.clear();
    this.#tail = { epoch, offset: head };
    this.#options.tell([], epoch, head);
  }

  /** What was heard meanwhile is not told again. What is trimmed already, or too far behind, is left out, and
   *  that is told. */
  #tell({ events, epoch, head, first }: Page): void {
    const tail = this.#tail;
    if (!tail || tail.epoch !== epoch) return;
    const news = events.filter(({ offset }) => offset > tail.offset);
    const last = news.at(-1)?.offset ?? (first > head ? head : tail.offset);
    if (last === tail.offset) return;
    this.#tail = { epoch, offset: last };
    const before = (news[0]?.offset ?? head + 1) - 1;
    if (before > tail.offset) this.#options.tell([], epoch, before);
    if (news.length > 0) this.#options.tell(news, epoch);
    this.#release(last);
  }

  #drain(): void {
    const tail = this.#tail;
    if (!tail) return;
    const events: StoredEvent[] = [];
    let { offset } = tail;
    // What was heard before the line had begun may be of an epoch that is over.
    for (const [known, { epoch }] of this.#early) {
      if (known <= offset || epoch !== tail.epoch) this.#early.delete(known);
    }
    for (let next = this.#early.get(offset + 1); next; next = this.#early.get(offset + 1)) {
      const event = next.make();
      if (!event) break;
      events.push(event);
      offset += 1;
      this.#early.delete(offset);
    }
    if (this.#early.size > 0) this.#cancelSoon ??= this.#options.soon(() => void this.heal());
    else {
      this.#cancelSoon?.();
      this.#cancelSoon = undefined;
    }
    if (events.length === 0) return;
    this.#tail = { epoch: tail.epoch, offset };
    this.#options.tell(events, tail.epoch);
    this.#release(offset);
  }

  #release(upTo: number): void {
    for (let index = this.#waiting.length - 1; index >= 0; index -= 1) {
      const one = this.#waiting[index];
      if (!one || one.offset > upTo) continue;
      this.#waiting.splice(index, 1);
      one.resolve();
    }
  }
}
