import type { By, Reaction } from '../../shared/index.ts';
import type { OwnReactions } from './reaction-rules.ts';
import type { Target } from './target.ts';

/** Begins the keys of all reactions among the facts of a room. */
export const REACTIONS = 'reactions/';

/** In the order of messages, so that those of the oldest are found first. */
export function keyAt(offset: number): string {
  return `${REACTIONS}${String(offset).padStart(16, '0')}/`;
}

/** The key of what all have reacted with; with a user's id behind it, of what he has. */
export function reactionsKey({ position: { epoch, offset } }: Target): string {
  return `${keyAt(offset)}${epoch}/`;
}

/** Names are whatever users like, so they are no keys of an object. */
export function formatOwn(own: OwnReactions, { name }: By): string {
  return JSON.stringify([name, [...own]]);
}

/** Reads what one user has reacted with. */
export function ownReactions(value: string | undefined): OwnReactions {
  if (value === undefined) return new Map();
  // Only `formatOwn` makes such texts.
  return new Map((JSON.parse(value) as [string, [string, number][]])[1]);
}

/** The name of the user when he did. */
export function ownName(value: string): string {
  return (JSON.parse(value) as [string, unknown])[0];
}

/** Reads what all have reacted with. */
export function allReactions(value: string | undefined): readonly Reaction[] {
  return value === undefined ? [] : (JSON.parse(value) as Reaction[]);
}
