import { limits, type Crowd, type RoomEvent } from '../../shared/index.ts';
import type { Clock } from '../clock.ts';

const NAMED = 5;
const JOIN_MS = 500;
// Once it is a crowd it stays one until there are clearly fewer, or each who comes and goes would change
// how it is told.
const AGAIN = Math.floor((limits.crowdAbove * 3) / 4);

/** Activities that so many do at once that they are counted: one frame for all changes of half a second
 *  in place of one for each of them (TYP1). */
export class Crowds {
  readonly #clock: Clock;
  readonly #valuesOf: (type: string) => readonly RoomEvent[];
  readonly #emit: (crowd: Crowd) => void;
  /** By event: what stops the timer, if one runs. */
  readonly #crowds = new Map<string, (() => void) | undefined>();

  constructor(options: {
    readonly clock: Clock;
    readonly valuesOf: (type: string) => readonly RoomEvent[];
    readonly emit: (crowd: Crowd) => void;
  }) {
    this.#clock = options.clock;
    this.#valuesOf = options.valuesOf;
    this.#emit = options.emit;
  }

  /** Takes a change of an activity's values. False: there is no crowd, it is to be told by itself. */
  take(type: string): boolean {
    const isCrowd = this.#crowds.has(type);
    if (!isCrowd && this.#valuesOf(type).length <= limits.crowdAbove) return false;
    if (!this.#crowds.get(type)) {
      this.#crowds.set(
        type,
        this.#clock.after(JOIN_MS, () => this.#tell(type)),
      );
    }
    return true;
  }

  has(type: string): boolean {
    return this.#crowds.has(type);
  }

  /** As they stand. */
  now(): Crowd[] {
    return [...this.#crowds.keys()].map((type) => this.#crowd(type, NAMED));
  }

  close(): void {
    for (const cancel of this.#crowds.values()) cancel?.();
  }

  #tell(type: string): void {
    const isOver = this.#valuesOf(type).length <= AGAIN;
    if (isOver) this.#crowds.delete(type);
    else this.#crowds.set(type, undefined);
    this.#emit(this.#crowd(type, isOver ? AGAIN : NAMED));
  }

  #crowd(event: string, named: number): Crowd {
    const values = this.#valuesOf(event);
    return { event, count: values.length, users: values.slice(0, named).map(({ by }) => by) };
  }
}
