/** What was published and has no answer yet, whichever it will be. */
export class Unanswered {
  readonly #rooms = new Map<string, Set<string>>();

  sent(room: string, key: string): void {
    const keys = this.#rooms.get(room) ?? new Set();
    this.#rooms.set(room, keys.add(key));
  }

  answered(room: string, key: string): void {
    this.#rooms.get(room)?.delete(key);
  }

  /** Calls `tell` for all that is left. */
  each(tell: (key: string, room: string) => void): void {
    for (const [room, keys] of this.#rooms) for (const key of keys) tell(key, room);
  }
}
