import { useMemo, useRef } from 'react';
import { formatPosition, parsePosition } from 'trpc-rooms/shared';
import { keyOf, type Item } from './message-row.tsx';

// Messages are loaded above the first: their places count down from here.
const START = 1_000_000;

/** The place of the first message in the list: it counts down as older ones come above it. When none of what
 *  was shown is there any more, the list begins another life. */
export function usePlaces(items: readonly Item[], user: { readonly id: string }) {
  const known = useRef({ key: '', first: START, life: 0 });
  return useMemo(() => {
    const { key, first, life } = known.current;
    const at = key === '' ? 0 : items.findIndex((item) => keyOf(item, user) === key);
    const isSame = at >= 0;
    const next = isSame ? { first: first - at, life } : { first: START, life: life + 1 };
    const [now] = items;
    known.current = { key: now ? keyOf(now, user) : '', ...next };
    return next;
  }, [items, user]);
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
