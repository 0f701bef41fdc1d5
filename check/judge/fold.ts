import type { Shown } from './history.ts';
import { readPlace } from './place.ts';

/** A message as the log says that it is. */
export interface Folded {
  readonly position: string;
  readonly by: string;
  /** Null: it was removed. */
  readonly value: string | null;
}

/** Folds all that is kept of a room, in the order of the log: what readers must have come to as well. Of a
 *  removed message its removal is left. */
export function foldLog(events: readonly Shown[]): Map<number, Folded> {
  const messages = new Map<number, Folded>();
  for (const { position, by, value, change } of events) {
    const target = readPlace(change?.target ?? position);
    if (!target) continue;
    if (!change) messages.set(target.offset, { position, by, value });
    else if (change.becomes === undefined) {
      messages.set(target.offset, { position: change.target, by, value: null });
    } else {
      const known = messages.get(target.offset);
      if (known) messages.set(target.offset, { ...known, value: change.becomes });
    }
  }
  return messages;
}
