import { roomKey, type Follower, type RoomName, type StoredEvent } from './room-log.ts';

/** The followers of a log's rooms on this node. */
export class Followers {
  readonly #byRoom = new Map<string, Set<Follower>>();
  readonly #onError: (error: unknown) => void;

  /** `onError`: hears of a follower that threw; the others are told all the same. */
  constructor(onError: (error: unknown) => void) {
    this.#onError = onError;
  }

  add(room: RoomName, follower: Follower): () => void {
    const key = roomKey(room);
    const followers = this.#byRoom.get(key) ?? new Set();
    this.#byRoom.set(key, followers.add(follower));
    return () => {
      followers.delete(follower);
      if (followers.size === 0 && this.#byRoom.get(key) === followers) this.#byRoom.delete(key);
    };
  }

  notify(key: string, events: readonly StoredEvent[], epoch: string, head?: number): void {
    for (const follower of this.#byRoom.get(key) ?? []) {
      try {
        follower(events, epoch, head);
      } catch (error) {
        this.#onError(error);
      }
    }
  }
}
