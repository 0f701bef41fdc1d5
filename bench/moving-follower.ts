import { createRooms, type RoomHandle, type RoomsClient } from '../client/index.ts';
import { chat } from '../shared/index.ts';
import { Receipt } from './receipt.ts';

/** Where a follower goes, and whom it tells. */
export interface MovingFollowerOptions {
  readonly url: string;
  readonly token: string;
  readonly room: string;
  /** When a message was published, on the clock of `performance`. */
  readonly sentAt: (number: number) => number;
}

/** An SDK client, as it is shipped, whose node is restarted every now and then. */
export class MovingFollower {
  readonly receipt = new Receipt();
  readonly handle: RoomHandle<typeof chat>;
  readonly #rooms: RoomsClient<{ chat: typeof chat }>;
  /** Gaps that it was told of. */
  gaps = 0;
  /** Departures of others that it was told of. */
  leaves = 0;
  #starts = 0;
  #longestMs = 0;

  constructor({ url, token, room, sentAt }: MovingFollowerOptions) {
    this.#rooms = createRooms({ chat }, { url, token });
    this.handle = this.#rooms.chat.join(room, { onGap: () => (this.gaps += 1) });
    this.handle.on('message', ({ data }) => {
      // `#17 …`, as `numberedText` makes it.
      const number = Number.parseInt(data.text.slice(1), 10);
      this.receipt.add(number);
      this.#longestMs = Math.max(this.#longestMs, performance.now() - sentAt(number));
    });
    this.handle.onFrame((frame) => {
      if (frame.type === 'ready') this.#starts += 1;
      if (frame.type === 'presence') this.leaves += frame.leave?.length ?? 0;
    });
  }

  /** How often it has begun to follow since the last time that this was asked, and the longest that
   *  a message took meanwhile. */
  lap(): { starts: number; longestMs: number } {
    const lap = { starts: this.#starts, longestMs: this.#longestMs };
    this.#starts = 0;
    this.#longestMs = 0;
    return lap;
  }

  close(): void {
    this.#rooms.close();
  }
}
