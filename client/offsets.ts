import { parsePosition } from '../shared/index.ts';

/** The offset of a position; 0 of what is none. */
export function offsetOf(position: string | undefined): number {
  return parsePosition(position ?? '')?.offset ?? 0;
}

/** The epoch of a position. */
export function epochOf(position: string): string | undefined {
  return parsePosition(position)?.epoch;
}

/** The offset of a position; 0 in another epoch than that of `to`. */
export function offsetIn(position: string | null | undefined, to: string | undefined): number {
  const own = parsePosition(position ?? '');
  return own && own.epoch === epochOf(to ?? '') ? own.offset : 0;
}

/** Does a position stand behind another? One of another epoch, and any behind none, does. */
export function isFurther(position: string, than: string | null | undefined): boolean {
  const [now, before] = [parsePosition(position), parsePosition(than ?? '')];
  return !before || now?.epoch !== before.epoch || (now?.offset ?? 0) > before.offset;
}
