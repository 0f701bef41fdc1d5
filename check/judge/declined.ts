import type { Report } from './anomaly.ts';
import type { Removals } from './removals.ts';

/** What a log must still have, as far as anybody can know. */
export interface Bounds {
  /** The lowest offset that cannot have been trimmed. */
  readonly oldestDue: number;
  /** Has a damage taken anything? */
  readonly isDamaged: boolean;
}

/** Judges refusals for what has become of the event that something is about: the reason is true, and no attempt
 *  of what was refused is in the log (SND1). */
export class Declined {
  readonly #report: Report;
  readonly #removals: Removals;
  /** By key: what it was refused with. */
  readonly #codes = new Map<string, string>();

  constructor(report: Report, removals: Removals) {
    this.#report = report;
    this.#removals = removals;
  }

  /** It was refused. `about`: the offset of the other event; unset where it had been answered before. */
  add(key: string, code: string, about: number | undefined, bounds: Bounds): void {
    this.#codes.set(key, code);
    // A damage may have taken it, or what it is about: then nothing can be said.
    if (bounds.isDamaged) return;
    if (about !== undefined && !this.#isTrue(code, about, bounds)) {
      this.#report(
        'refusal',
        `${key} was refused with ${code}, which is not true of offset ${about}`,
      );
    }
    // Never stored, it leaves no place without content.
    this.#removals.forget(key);
  }

  /** It stands in a log that nothing was taken from, or that was read when all was over. */
  stands(key: string): void {
    const code = this.#codes.get(key);
    if (code === undefined) return;
    this.#codes.delete(key);
    this.#report('refusal', `${key} was refused with ${code}, and is in the log`);
  }

  #isTrue(code: string, about: number, { oldestDue }: Bounds): boolean {
    if (code === 'EVENT_REMOVED') return this.#removals.isAsked(about);
    return code === 'NO_SUCH_EVENT' && about < oldestDue;
  }
}
