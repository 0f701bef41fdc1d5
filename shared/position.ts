import { clientLimits } from './client-limits.ts';

/** A place in a room's log: how many events of this life of the log lie at or before it. `epoch`
 *  names the life: when events were lost, offsets may be given again, and only the epoch tells
 *  the two apart ([1,2,3] lost, then [1,2,3,4] anew: offset 3 alone would be wrong). */
export interface Position {
  readonly epoch: string;
  readonly offset: number;
}

const FORM = /^([A-Za-z0-9_-]{1,32}):(0|[1-9][0-9]{0,15})(?:\/[A-Za-z0-9.-]{1,64})?$/;

/** `epoch:offset`, as positions stand on the wire. */
export function formatPosition({ epoch, offset }: Position): string {
  return `${epoch}:${offset}`;
}

/** Reads `epoch:offset` or a frame's id `epoch:offset/n`, whose `/n` is ignored (RES1).
 *  Returns undefined for anything else. */
export function parsePosition(text: string): Position | undefined {
  if (text.length > clientLimits.positionLength) return undefined;
  const match = FORM.exec(text);
  if (!match?.[1] || !match[2]) return undefined;
  const offset = Number(match[2]);
  return Number.isSafeInteger(offset) ? { epoch: match[1], offset } : undefined;
}
