import type { RecordOf, Shown } from './history.ts';
import type { Life } from './life.ts';
import { readPlace } from './place.ts';

/** Which events of a room may have lost their content: what somebody has asked to remove, and edits of it. */
export class Removals {
  /** Offsets of what was to be removed. A damage may have brought it back: then it may be either. */
  readonly #targets = new Set<number>();
  /** By key: the offset that each edit is about. */
  readonly #edits = new Map<string, number>();

  sent({ key, change }: RecordOf<'sent'>): void {
    const offset = change && readPlace(change.target)?.offset;
    if (offset === undefined) return;
    if (change?.becomes === undefined) this.#targets.add(offset);
    else this.#edits.set(key, offset);
  }

  /** It was refused: it is no edit, and has left no place behind. */
  forget(key: string): void {
    this.#edits.delete(key);
  }

  /** Has anybody asked to remove what stands there? */
  isAsked(offset: number): boolean {
    return this.#targets.has(offset);
  }

  /** May there be nothing left at a place? */
  isPossible(life: Life, offset: number): boolean {
    if (this.#targets.has(offset)) return true;
    const known = life.at(offset);
    if (known) return known.key !== undefined && this.#isEditOfRemoved(known.key);
    // An edit that nobody has seen.
    return [...this.#edits.keys()].some((key) => !life.holds(key) && this.#isEditOfRemoved(key));
  }

  #isEditOfRemoved(key: string): boolean {
    const target = this.#edits.get(key);
    return target !== undefined && this.#targets.has(target);
  }
}

/** Is anything there that was removed: the event itself, or an edit of it, made before or after? */
export function leftBehind(events: readonly Shown[]): Shown | undefined {
  const removed = new Set(
    events.flatMap(({ change }) => (change && change.becomes === undefined ? [change.target] : [])),
  );
  return events.find(
    ({ position, change }) =>
      removed.has(position) || (change?.becomes !== undefined && removed.has(change.target)),
  );
}

/** Does anything answer what had been removed before? */
export function answersRemoved(events: readonly Shown[]): Shown | undefined {
  const removed = new Set<number>();
  return events.find(({ change, replyTo }) => {
    const target = change && change.becomes === undefined ? readPlace(change.target) : undefined;
    if (target) removed.add(target.offset);
    return replyTo !== undefined && removed.has(replyTo);
  });
}
