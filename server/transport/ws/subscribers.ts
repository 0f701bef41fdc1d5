import type { Addressee } from './addressee.ts';

/** All subscribers who get the same bytes: those with the same request id, over all connections. From 1 on. */
export type SubscriberNo = number;

/** No subscriber has it. */
export const NO_SUBSCRIBER: SubscriberNo = 0;

/** How a reply begins, as bytes in memory of many. */
interface Beginning {
  readonly to: Addressee;
  readonly text: string;
  /** Unset where it lies in its slot. */
  readonly long: Buffer | undefined;
  /** How many subscribers there are. */
  count: number;
}

// One byte says how many follow. Two slots share a line of a processor's cache.
const SLOT_BYTES = 32;
const LONG = 0xff;
const SLOTS_AT_FIRST = 64;

/** Subscribers by number, and how replies to them begin. Those beginnings lie side by side: an item for thousands asks
 *  for all of them, and what is spread over memory would be fetched anew for each item. */
export class Subscribers {
  #slots = Buffer.alloc(SLOTS_AT_FIRST * SLOT_BYTES);
  /** By number. The first is nobody. */
  readonly #beginnings: (Beginning | undefined)[] = [undefined];
  readonly #numbers = new Map<string, SubscriberNo>();
  /** Numbers that may be given to others. */
  #free: SubscriberNo[] = [];
  /** Numbers of those who left in the run before, and since: items for them may still wait to be written. */
  #resting: SubscriberNo[] = [];
  #left: SubscriberNo[] = [];
  readonly #onLeft: () => void;

  /** `onLeft`: one has left, and a run is to end, so that his number can be given again. */
  constructor(onLeft: () => void) {
    this.#onLeft = onLeft;
  }

  /** Counts one more in. Give him back with `leave`. */
  join({ id, jsonrpc }: Addressee): SubscriberNo {
    const version = jsonrpc === undefined ? '' : `"jsonrpc":"${jsonrpc}",`;
    const text = `{"id":${JSON.stringify(id)},${version}`;
    const no = this.#numbers.get(text) ?? this.#add({ id, jsonrpc }, text);
    this.#of(no).count += 1;
    return no;
  }

  leave(no: SubscriberNo): void {
    const beginning = this.#of(no);
    beginning.count -= 1;
    if (beginning.count > 0) return;
    this.#numbers.delete(beginning.text);
    this.#left.push(no);
    this.#onLeft();
  }

  /** All that waited when a run began has been written. */
  endRun(): void {
    if (this.#resting.length === 0 && this.#left.length === 0) return;
    for (const no of this.#resting) this.#beginnings[no] = undefined;
    this.#free = this.#free.concat(this.#resting);
    this.#resting = this.#left;
    this.#left = [];
  }

  addressee(no: SubscriberNo): Addressee {
    return this.#of(no).to;
  }

  /** How many bytes a reply begins with. */
  beginningBytes(no: SubscriberNo): number {
    const length = this.#slots[no * SLOT_BYTES] ?? LONG;
    return length === LONG ? (this.#of(no).long?.length ?? 0) : length;
  }

  /** Writes the beginning of a reply. Returns where it ends. */
  writeBeginning(bytes: Buffer, at: number, no: SubscriberNo): number {
    const slots = this.#slots;
    const from = no * SLOT_BYTES;
    const length = slots[from] ?? LONG;
    if (length === LONG) return this.#writeLong(bytes, at, no);
    // Some ten bytes: a call of `set` costs several times as much.
    for (let byte = 0; byte < length; byte += 1) bytes[at + byte] = slots[from + 1 + byte] ?? 0;
    return at + length;
  }

  #writeLong(bytes: Buffer, at: number, no: SubscriberNo): number {
    const { long } = this.#of(no);
    if (!long) return at;
    bytes.set(long, at);
    return at + long.length;
  }

  #add(to: Addressee, text: string): SubscriberNo {
    const no = this.#free.pop() ?? this.#beginnings.length;
    const bytes = Buffer.from(text);
    const isLong = bytes.length >= SLOT_BYTES;
    this.#beginnings[no] = { to, text, long: isLong ? bytes : undefined, count: 0 };
    this.#numbers.set(text, no);
    const from = no * SLOT_BYTES;
    if (from === this.#slots.length) this.#slots = Buffer.concat([this.#slots, this.#slots]);
    this.#slots[from] = isLong ? LONG : bytes.length;
    if (!isLong) this.#slots.set(bytes, from + 1);
    return no;
  }

  #of(no: SubscriberNo): Beginning {
    const beginning = this.#beginnings[no];
    if (!beginning) throw new Error(`subscribers: there is no ${no}`);
    return beginning;
  }
}
