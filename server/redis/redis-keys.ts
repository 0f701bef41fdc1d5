import type { RoomName } from '../log/room-log.ts';

const PREFIX = 'trpc-rooms:';

/** The keys of one room or partition. They share a hash tag, so that one script may use them all. */
export type KeyOf = (part: string) => string;

/** Keys of a room. Nothing that a kind or an id may hold ends the tag or begins another part. */
export function roomKeys(room: RoomName): KeyOf {
  const tag = roomTag(room);
  return (part) => `${PREFIX}{${tag}}:${part}`;
}

/** Keys of a partition of records. Rooms' tags hold one slash as it is, these none. */
export function partitionKeys(partition: string): KeyOf {
  const tag = encodeURIComponent(partition);
  return (part) => `${PREFIX}{${tag}}:${part}`;
}

/** A key that is of no room: when which room's oldest event is past its age. */
export const DUE_KEY = `${PREFIX}due`;

/** Another one: until when which node counts as alive. */
export const NODES_KEY = `${PREFIX}nodes`;

/** Another one: what the epochs of rooms that begin now are called. */
export const BEGINNING_KEY = `${PREFIX}beginning`;

/** Of no room either: the ids of a kind's rooms that somebody is in. */
export function occupiedKey(kind: string): string {
  return `${PREFIX}occupied:${encodeURIComponent(kind)}`;
}

/** The last: from when on which partition of records may be taken over, of those that are unfinished. */
export const UNFINISHED_KEY = `${PREFIX}unfinished`;

/** A room as text, `roomOfTag` reads it. */
export function roomTag({ kind, id }: RoomName): string {
  return `${encodeURIComponent(kind)}/${encodeURIComponent(id)}`;
}

/** Undefined: not written by us. */
export function roomOfTag(tag: string): RoomName | undefined {
  const [kind, id, ...rest] = tag.split('/');
  if (kind === undefined || id === undefined || rest.length > 0) return undefined;
  try {
    return { kind: decodeURIComponent(kind), id: decodeURIComponent(id) };
  } catch {
    return undefined;
  }
}
