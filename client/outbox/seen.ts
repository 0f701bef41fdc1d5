import { parsePosition } from '../../shared/index.ts';

/** Rooms remembered; beyond, the one that has told something longest ago is forgotten, until it tells again. */
export const MOST_ROOMS = 10_000;

interface Told {
  readonly position?: string;
  readonly keyWindowMs?: number;
}

/** What the streams of a client have told of its rooms. */
export class Seen {
  readonly #rooms = new Map<string, Told>();

  /** How far the streams of a room have come. */
  position(room: string): string | undefined {
    return this.#rooms.get(room)?.position;
  }

  /** True when that is further than before. Of several streams the one that is ahead counts. */
  saw(room: string, position: string): boolean {
    const [before, now] = [this.position(room) ?? '', position].map(parsePosition);
    const isFurther = now && (before?.epoch !== now.epoch || before.offset < now.offset);
    if (isFurther) this.#put(room, { position });
    return isFurther === true;
  }

  keyWindowMs(room: string): number | undefined {
    return this.#rooms.get(room)?.keyWindowMs;
  }

  setKeyWindow(room: string, keyWindowMs: number): void {
    this.#put(room, { keyWindowMs });
  }

  #put(room: string, told: Told): void {
    const known = this.#rooms.get(room);
    // Moves to the end: the first is the one to forget.
    this.#rooms.delete(room);
    this.#rooms.set(room, { ...known, ...told });
    const [first] = this.#rooms.keys();
    if (this.#rooms.size > MOST_ROOMS && first !== undefined) this.#rooms.delete(first);
  }
}
