import type { PackedEntries } from './packing.ts';
import type { WriterReply } from './writer-messages.ts';

type Appended = Extract<WriterReply, { type: 'appended' }>;

// Of 1,000 entries, as many as a batch has at most.
const NUMBERS = 8_192;
const TEXT_BYTES = 192 * 1024;
// Of what lies there: how many numbers, and how many bytes of each text.
const LENGTHS = 3;
const NOTHING = -1;

/** Memory of the event loop and the writer's thread, for a batch on its way there and for its answers on the way back: a
 *  message to a port costs either side as much as several events. One of them has it at a time. */
export class BatchMemory {
  /** What the other thread makes its end from. */
  readonly memory: SharedArrayBuffer;
  readonly #lengths: Float64Array;
  readonly #numbers: Float64Array;
  readonly #texts: Buffer;

  constructor(memory = BatchMemory.#empty()) {
    this.memory = memory;
    this.#lengths = new Float64Array(memory, 0, LENGTHS);
    this.#numbers = new Float64Array(memory, this.#lengths.byteLength, NUMBERS);
    const from = this.#lengths.byteLength + this.#numbers.byteLength;
    this.#texts = Buffer.from(memory, from, TEXT_BYTES);
  }

  static #empty(): SharedArrayBuffer {
    const memory = new SharedArrayBuffer((LENGTHS + NUMBERS) * 8 + TEXT_BYTES);
    new Float64Array(memory, 0, LENGTHS).fill(NOTHING);
    return memory;
  }

  /** Puts entries there, whose texts `canBePacked` has looked at. False: they are more than finds room. */
  putEntries({ rooms, texts, numbers }: PackedEntries): boolean {
    const [roomBytes, textBytes] = [Buffer.byteLength(rooms), Buffer.byteLength(texts)];
    if (numbers.length > NUMBERS || roomBytes + textBytes > TEXT_BYTES) return false;
    this.#numbers.set(numbers);
    this.#texts.write(rooms, 0, roomBytes, 'utf8');
    this.#texts.write(texts, roomBytes, textBytes, 'utf8');
    this.#lengths.set([numbers.length, roomBytes, textBytes]);
    return true;
  }

  /** The entries that lie there, once. Their numbers are this memory until something else is put into it. */
  takeEntries(): PackedEntries | undefined {
    const [count = 0, roomBytes = 0, textBytes = 0] = this.#lengths;
    if (count === NOTHING) return undefined;
    this.#lengths[0] = NOTHING;
    return {
      rooms: this.#texts.toString('utf8', 0, roomBytes),
      texts: this.#texts.toString('utf8', roomBytes, roomBytes + textBytes),
      numbers: this.#numbers.subarray(0, count),
    };
  }

  /** Puts an answer there. False: it says more than where events stand, or of too many. */
  putAppended({ written, unmarked, marked }: Appended): boolean {
    if (unmarked !== undefined || written.length >= NUMBERS) return false;
    this.#numbers[0] = marked;
    this.#numbers.set(written, 1);
    this.#lengths[0] = 1 + written.length;
    return true;
  }

  /** The answer that lies there, once. @throws Error when none does */
  takeAppended(): Appended {
    const [count = 0] = this.#lengths;
    if (count === NOTHING) throw new Error('batch-memory: no answer lies there');
    this.#lengths[0] = NOTHING;
    const [marked = 0] = this.#numbers;
    const written = this.#numbers.slice(1, count);
    return { type: 'appended', written, unmarked: undefined, marked };
  }
}
