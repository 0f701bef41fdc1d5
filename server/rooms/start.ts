import { formatPosition, type Gap, type GapReason, type Position } from '../../shared/index.ts';
import type { Bounds } from '../log/room-log.ts';

/** How a feed begins: at `position`, and what was missed if it could not resume. */
export type Start =
  | { readonly start: 'fresh' | 'resumed'; readonly position: Position }
  | { readonly start: 'gap'; readonly position: Position; readonly gap: Gap };

/** Decides whether a feed resumes (RES3): the epoch matches, nothing in (since, head] is missing,
 *  and it is not more than `maxReplay` events. Otherwise a gap up to the head, never a part. */
export function decideStart(bounds: Bounds, since: Position | undefined, maxReplay: number): Start {
  const head = { epoch: bounds.epoch, offset: bounds.head };
  if (!since) return { start: 'fresh', position: head };
  const reason = gapReason(bounds, since, maxReplay);
  if (!reason) return { start: 'resumed', position: since };
  return { start: 'gap', position: head, gap: gapBetween(reason, since, head) };
}

/** A gap that reaches to where the stream begins now, a moment later. */
export function movedTo(start: Start, position: Position | undefined): Start {
  if (start.start !== 'gap' || !position) return start;
  return { ...start, position, gap: { ...start.gap, to: formatPosition(position) } };
}

/** A gap as it stands on the wire. */
export function gapBetween(reason: GapReason, from: Position, to: Position): Gap {
  return { reason, from: formatPosition(from), to: formatPosition(to) };
}

/** Why what follows `since` cannot be delivered whole, or undefined when it can. */
export function gapReason(
  { epoch, first, head }: Bounds,
  since: Position,
  maxReplay: number,
): GapReason | undefined {
  if (since.epoch !== epoch) return 'epoch-changed';
  if (since.offset > head) return 'ahead-of-server';
  if (since.offset < first - 1) return 'expired';
  if (head - since.offset > maxReplay) return 'too-many';
  return undefined;
}
