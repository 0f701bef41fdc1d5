import type { Entry, RoomName } from '../room-log.ts';
import type { Written } from './writer.ts';

// A batch crosses to the writer's thread as few values: a structured clone of the objects themselves costs
// many times as much on either side, and texts in JSON are read character by character.

/** Entries, as they cross. */
export interface PackedEntries {
  /** JSON of their rooms. Apart: the writer keeps names, and what is cut out of `texts` holds all of it. */
  readonly rooms: string;
  /** The other texts of all entries, one after the other. */
  readonly texts: string;
  /** Of each entry: its room's place in `rooms`, its time, and how long each of its texts is. */
  readonly numbers: Float64Array;
}

const NUMBERS = 8;
const NO_KEY = -1;

/** Entries as few values. */
export function packEntries(entries: readonly Entry[]): PackedEntries {
  const rooms: RoomName[] = [];
  const numbers = new Float64Array(entries.length * NUMBERS);
  const texts: string[] = [];
  let at = 0;
  for (const entry of entries) {
    const { room, type, data, by, idempotencyKey: key } = entry;
    const last = rooms.at(-1);
    // Those who talk at once often talk in one room.
    if (last?.id !== room.id || last.kind !== room.kind) rooms.push(room);
    const more = moreOf(entry);
    numbers[at++] = rooms.length - 1;
    numbers[at++] = entry.at;
    numbers[at++] = type.length;
    numbers[at++] = data.length;
    numbers[at++] = by.id.length;
    numbers[at++] = by.name.length;
    numbers[at++] = key?.length ?? NO_KEY;
    numbers[at++] = more.length;
    texts.push(type, data, by.id, by.name, key ?? '', more);
  }
  const names = JSON.stringify(rooms.map(({ kind, id }) => [kind, id]));
  return { rooms: names, texts: texts.join(''), numbers };
}

/** The opposite of `packEntries`. */
export function unpackEntries({ rooms, texts, numbers }: PackedEntries): Entry[] {
  // Only `packEntries` makes such texts.
  const names = (JSON.parse(rooms) as [string, string][]).map(([kind, id]) => ({ kind, id }));
  const entries: Entry[] = [];
  let next = 0;
  let from = 0;
  const number = () => numbers[next++] ?? Number.NaN;
  const text = (length: number) => texts.slice(from, (from += length));
  while (next < numbers.length) {
    const room = names[number()];
    if (!room) throw new Error('packing: an entry without a room');
    const at = number();
    const lengths = { type: number(), data: number(), id: number(), name: number() };
    const [key, more] = [number(), number()];
    const type = text(lengths.type);
    const data = text(lengths.data);
    const by = { id: text(lengths.id), name: text(lengths.name) };
    const idempotencyKey = key === NO_KEY ? undefined : text(key);
    const entry = { room, type, data, by, at, idempotencyKey };
    entries.push(more === 0 ? entry : { ...entry, ...(JSON.parse(text(more)) as More) });
  }
  // Nothing is written of a batch that was cut in the wrong places.
  if (from !== texts.length) throw new Error('packing: the lengths are not those of the texts');
  return entries;
}

// Few have any: those about others, and those on a condition.
type More = Pick<Entry, 'about' | 'says' | 'guard' | 'erases' | 'once'>;

function moreOf({ about, says, guard, erases, once }: Entry): string {
  const isPlain = about === undefined && !guard;
  return isPlain ? '' : JSON.stringify({ about, says, guard, erases, once });
}

/** Is it what its type says, in texts that UTF-8 can say? Of a caller without types, who would spoil those that share a
 *  batch with him, it may not be. */
export function canBePacked({ room, type, data, by, at, idempotencyKey: key }: Entry): boolean {
  const texts: unknown[] = [room.kind, room.id, type, data, by.id, by.name, key ?? ''];
  const isText = (text: unknown) => typeof text === 'string' && text.isWellFormed();
  return Number.isFinite(at) && texts.every(isText);
}

// Of each answer: the offset, the time, and which of these it is.
const ANSWER_NUMBERS = 3;
const OUTCOMES = ['new', 'duplicate', 'conflict', 'stale', 'damaged'] as const;

/** Answers as numbers. */
export function packWritten(written: readonly Written[]): Float64Array {
  const numbers = new Float64Array(written.length * ANSWER_NUMBERS);
  let at = 0;
  for (const one of written) {
    const refused = typeof one === 'string';
    const outcome = refused ? one : one.duplicate ? 'duplicate' : 'new';
    numbers[at++] = refused ? 0 : one.offset;
    numbers[at++] = refused ? 0 : one.at;
    numbers[at++] = OUTCOMES.indexOf(outcome);
  }
  return numbers;
}

/** The opposite of `packWritten`. */
export function unpackWritten(numbers: Float64Array): Written[] {
  const written: Written[] = [];
  let next = 0;
  const number = () => numbers[next++] ?? 0;
  while (next < numbers.length) {
    const [offset, at] = [number(), number()];
    const outcome = OUTCOMES[number()] ?? 'new';
    if (outcome === 'new' || outcome === 'duplicate') {
      written.push({ offset, at, duplicate: outcome === 'duplicate' });
    } else written.push(outcome);
  }
  return written;
}
