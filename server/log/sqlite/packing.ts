import type { Entry } from '../room-log.ts';
import type { Written } from './writer.ts';

// A batch crosses to the writer's thread and back as one text: a structured clone of the objects
// themselves costs twice as much on either side.

type PackedEntry = readonly [
  kind: string,
  id: string,
  type: string,
  data: string,
  userId: string,
  userName: string,
  at: number,
  key: string | null,
  // Of events about others alone.
  more?: Pick<Entry, 'about' | 'says' | 'guard' | 'erases'>,
];

const REFUSED = ['conflict', 'stale'] as const;

/** Entries as a text. */
export function packEntries(entries: readonly Entry[]): string {
  return JSON.stringify(entries.map(packEntry));
}

/** The opposite of `packEntries`. */
export function unpackEntries(text: string): Entry[] {
  // Only `packEntries` makes such texts.
  return (JSON.parse(text) as PackedEntry[]).map(unpackEntry);
}

/** Answers as a text. */
export function packWritten(written: readonly Written[]): string {
  return JSON.stringify(
    written.map((one) =>
      typeof one === 'string' ? REFUSED.indexOf(one) : [one.offset, one.at, one.duplicate ? 1 : 0],
    ),
  );
}

/** The opposite of `packWritten`. */
export function unpackWritten(text: string): Written[] {
  // Only `packWritten` makes such texts.
  return (JSON.parse(text) as (number | [number, number, number])[]).map((one) =>
    typeof one === 'number'
      ? (REFUSED[one] ?? 'conflict')
      : { offset: one[0], at: one[1], duplicate: one[2] === 1 },
  );
}

function packEntry({ room, type, data, by, at, idempotencyKey, ...more }: Entry): PackedEntry {
  const packed = [room.kind, room.id, type, data, by.id, by.name, at, idempotencyKey ?? null];
  return (more.about === undefined ? packed : [...packed, more]) as unknown as PackedEntry;
}

function unpackEntry([kind, id, type, data, userId, userName, at, key, more]: PackedEntry): Entry {
  return {
    ...more,
    room: { kind, id },
    type,
    data,
    by: { id: userId, name: userName },
    at,
    idempotencyKey: key ?? undefined,
  };
}
