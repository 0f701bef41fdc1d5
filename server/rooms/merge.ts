import type { TrackedFrame } from './tracked-frame.ts';

/** Where a durable event stands to a feed that has everything up to and including `tail`. */
export type Place = 'repeat' | 'next' | 'jump';

/** Decides by offset alone (RES2). */
export function place(tail: number, offset: number): Place {
  if (offset <= tail) return 'repeat';
  return offset === tail + 1 ? 'next' : 'jump';
}

/** Is this what comes next to whoever has everything up to and including `tail`: the next durable event, or a frame of
 *  another kind that was made there? */
export function isNext(tail: number, { delivery, offset }: TrackedFrame): boolean {
  return offset === (delivery === 'durable' ? tail + 1 : tail);
}

/** Splices live events, buffered while the log was read, onto what was read: drops repeats, takes
 *  what follows without a hole. `isWhole` is false when a hole stopped it: read the log on. */
export function merge<E extends { readonly offset: number }>(
  tail: number,
  buffered: readonly E[],
): { next: E[]; tail: number; isWhole: boolean } {
  const next: E[] = [];
  for (const event of buffered) {
    const where = place(tail, event.offset);
    if (where === 'jump') return { next, tail, isWhole: false };
    if (where === 'repeat') continue;
    next.push(event);
    tail = event.offset;
  }
  return { next, tail, isWhole: true };
}
