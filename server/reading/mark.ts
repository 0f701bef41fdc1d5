/** Begins the key of each user's mark among the facts of a room. */
export const MARK_PREFIX = 'read/';

/** The key of one user's mark. */
export function markKey(userId: string): string {
  return `${MARK_PREFIX}${userId}`;
}

/** How far a user has read one room. */
export interface Mark {
  /** Of `offset`. An epoch that is over says nothing of the room as it is. */
  readonly epoch: string;
  /** Everything up to here is read; 0: nothing is. */
  readonly offset: number;
  /** Counts how often something was marked unread. */
  readonly version: number;
  /** The user's name when he last moved it. */
  readonly name: string;
}

/** Moves a mark on. Within a version it only grows, so devices may say it in any order and as often as they
 *  like. One that goes on from another version (`version`) comes too late: something was marked unread
 *  since. Undefined: nothing changes. */
export function moveOn(mark: Mark, offset: number, version: number | undefined): Mark | undefined {
  if (version !== undefined && version !== mark.version) return undefined;
  return offset > mark.offset ? { ...mark, offset } : undefined;
}

/** Makes the event at `offset`, and what comes after it, unread again. Undefined: it is unread already. */
export function moveBack(mark: Mark, offset: number): Mark | undefined {
  if (mark.offset < offset) return undefined;
  return { ...mark, offset: offset - 1, version: mark.version + 1 };
}

/** Reads a mark as it is kept, for the epoch of now. */
export function parseMark(value: string | undefined, epoch: string, name: string): Mark {
  if (value === undefined) return { epoch, offset: 0, version: 0, name };
  // Only `formatMark` makes such texts.
  const [kept, offset, version] = JSON.parse(value) as [string, number, number, string];
  return { epoch, offset: kept === epoch ? offset : 0, version, name };
}

/** A mark as it is kept. */
export function formatMark({ epoch, offset, version, name }: Mark): string {
  return JSON.stringify([epoch, offset, version, name]);
}

/** A mark as it is kept, with the name that was kept with it. */
export function keptMark(value: string, epoch: string): Mark {
  const [, , , name] = JSON.parse(value) as [string, number, number, string];
  return parseMark(value, epoch, name);
}
