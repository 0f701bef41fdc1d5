import type { RoomName } from '../log/room-log.ts';
import { roomKey } from '../log/room-log.ts';
import type { Feed } from './feed.ts';

/** The feeds of this node by room and user: what concerns one user alone goes to his. */
export class OwnFeeds {
  // Most users follow a room once: no set for one.
  readonly #feeds = new Map<string, Feed | Set<Feed>>();

  add(room: RoomName, userId: string, feed: Feed): void {
    const key = keyOf(room, userId);
    const known = this.#feeds.get(key);
    if (!known) this.#feeds.set(key, feed);
    else if (known instanceof Set) known.add(feed);
    else this.#feeds.set(key, new Set([known, feed]));
  }

  remove(room: RoomName, userId: string, feed: Feed): void {
    const key = keyOf(room, userId);
    const known = this.#feeds.get(key);
    if (known === feed) this.#feeds.delete(key);
    if (!(known instanceof Set)) return;
    known.delete(feed);
    if (known.size === 0) this.#feeds.delete(key);
  }

  of(room: RoomName, userId: string): readonly Feed[] {
    const known = this.#feeds.get(keyOf(room, userId));
    if (!known) return [];
    return known instanceof Set ? [...known] : [known];
  }
}

// A room's key holds no space.
function keyOf(room: RoomName, userId: string): string {
  return `${roomKey(room)} ${userId}`;
}
