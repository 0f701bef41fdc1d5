import { parsePosition } from '../../shared/index.ts';

/** What the streams of a client have told of its rooms. */
export class Seen {
  readonly #positions = new Map<string, string>();
  readonly #keyWindows = new Map<string, number>();

  /** How far the streams of a room have come. */
  position(room: string): string | undefined {
    return this.#positions.get(room);
  }

  /** True when that is further than before. Of several streams the one that is ahead counts. */
  saw(room: string, position: string): boolean {
    const [before, now] = [this.#positions.get(room) ?? '', position].map(parsePosition);
    const isFurther = now && (before?.epoch !== now.epoch || before.offset < now.offset);
    if (isFurther) this.#positions.set(room, position);
    return isFurther === true;
  }

  keyWindowMs(room: string): number | undefined {
    return this.#keyWindows.get(room);
  }

  setKeyWindow(room: string, ms: number): void {
    this.#keyWindows.set(room, ms);
  }
}
