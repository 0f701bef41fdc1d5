import type { Bounds, Range, StoredEvent } from '../room-log.ts';

/** Which of the events that a page must hold is missing from it: its offset, or undefined when none is
 *  (LOG3). A checksum guards what is there, and nothing guards what is not. */
export function missingFrom(
  { first, head }: Pick<Bounds, 'first' | 'head'>,
  range: Range,
  events: readonly Pick<StoredEvent, 'offset'>[],
): number | undefined {
  const [from, to] = expectedOffsets(first, head, range);
  for (let offset = from; offset <= to; offset += 1) {
    if (events[offset - from]?.offset !== offset) return offset;
  }
  return undefined;
}

function expectedOffsets(first: number, head: number, range: Range): readonly [number, number] {
  if ('after' in range) {
    const from = Math.max(range.after + 1, first);
    return [from, Math.min(head, from + range.limit - 1)];
  }
  const to = Math.min(range.before - 1, head);
  return [Math.max(first, to - range.limit + 1), to];
}
