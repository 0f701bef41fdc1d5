/** What somebody who follows a room has told. */
interface Told {
  readonly room: string;
  readonly follower: string;
}

/** What readers have told of rooms: of each the last word. */
export class ToldByReaders<T extends Told> {
  readonly #told = new Map<string, Map<string, T>>();

  take(record: T): void {
    const readers = this.#told.get(record.room) ?? new Map<string, T>();
    this.#told.set(record.room, readers.set(record.follower, record));
  }

  /** Room by room. */
  *rooms(): Iterable<readonly [room: string, told: readonly T[]]> {
    for (const [room, readers] of this.#told) yield [room, [...readers.values()]];
  }
}
