import { useMemo, useRef } from 'react';
import { formatPosition, parsePosition } from 'trpc-rooms/shared';
import { keyOf, type Item } from './message-row.tsx';

// Messages are loaded above the first: their places count down from here.
const START = 1_000_000;

/** The place of the first message in the list: it counts down as older ones come above it, and up as the oldest
 *  are let go. When none of what was shown is there any more, the list begins another life. */
export function usePlaces(items: readonly Item[], user: { readonly id: string }) {
  const known = useRef({ items, first: START, life: 0 });
  return useMemo(() => {
    const { items: before, first, life } = known.current;
    const gone = goneOf(before, items, user);
    const next =
      gone === undefined ? { first: START, life: life + 1 } : { first: first + gone, life };
    known.current = { items, ...next };
    return next;
  }, [items, user]);
}

/** How many have gone from above what is still there; below 0: so many have come. Undefined: nothing is. */
function goneOf(
  before: readonly Item[],
  now: readonly Item[],
  user: { readonly id: string },
): number | undefined {
  const [old, top] = [before[0], now[0]];
  // As a rule only the end has changed, and there may be thousands.
  if (!old || (top && keyOf(old, user) === keyOf(top, user))) return 0;
  const indexes = new Map<string, number>();
  for (const [index, item] of now.entries()) {
    for (const name of namesOf(item, user)) if (!indexes.has(name)) indexes.set(name, index);
  }
  for (const [index, item] of before.entries()) {
    for (const name of namesOf(item, user)) {
      const place = indexes.get(name);
      if (place !== undefined) return index - place;
    }
  }
  return undefined;
}

/** What it is known by: before it is stored by its key, and by its position when that is gone, as of one that is
 *  removed. */
function namesOf(item: Item, user: { readonly id: string }): readonly string[] {
  const key = keyOf(item, user);
  return item.state === 'stored' ? [item.position, key] : [key];
}

/** Where a list is shown first: at what is new, or at the end. */
export function startOf(firstNew: number, count: number) {
  return firstNew > 0
    ? { index: firstNew, align: 'start' as const, offset: -80 }
    : { index: Math.max(0, count - 1), align: 'end' as const };
}

/** The first message of others after a position, or -1. */
export function firstNewOf(items: readonly Item[], after: string | undefined, me: string): number {
  if (after === undefined) return -1;
  const seen = offsetOf(after);
  let found = -1;
  for (let index = items.length - 1; index >= 0; index -= 1) {
    const item = items[index];
    if (item?.state !== 'stored') continue;
    if (offsetOf(item.position) <= seen) break;
    // Whoever has answered has read what stood above.
    if (item.by.id === me) break;
    found = index;
  }
  return found;
}

/** Where a stored message stands in the list, or -1: they are in the order of their positions. */
export function indexOf(items: readonly Item[], position: string): number {
  const offset = offsetOf(position);
  let [low, high] = [0, items.length - 1];
  while (low <= high) {
    const middle = (low + high) >> 1;
    const item = items[middle];
    const own = item?.state === 'stored' ? offsetOf(item.position) : Number.POSITIVE_INFINITY;
    if (own === offset) return middle;
    if (own < offset) low = middle + 1;
    else high = middle - 1;
  }
  return -1;
}

function offsetOf(position: string): number {
  return parsePosition(position)?.offset ?? 0;
}

/** The position before a position. */
export function positionBefore(position: string): string {
  const place = parsePosition(position);
  return place ? formatPosition({ ...place, offset: place.offset - 1 }) : position;
}
