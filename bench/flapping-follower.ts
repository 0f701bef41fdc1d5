import { createRooms, type RoomsClient } from '../client/index.ts';
import { chat } from '../shared/index.ts';
import { flappingLine, type FlappingLine } from './flapping-line.ts';
import { Receipt } from './receipt.ts';

/** Where a follower goes, and whom it tells. */
export interface FlappingFollowerOptions {
  readonly url: string;
  readonly token: string;
  readonly room: string;
  readonly localAddress: string | undefined;
  readonly onMessage: (number: number) => void;
  /** It follows again after so long. */
  readonly onBack: (ms: number) => void;
}

/** An SDK client, whole and as it is shipped, on a line that goes away every now and then. */
export class FlappingFollower {
  readonly receipt = new Receipt();
  readonly #line: FlappingLine;
  readonly #rooms: RoomsClient<{ chat: typeof chat }>;
  /** The first time that it was cut since it followed last. 0: it follows. */
  #goneSince = 0;
  /** Connections of it that were cut. */
  cuts = 0;
  /** Gaps that it was told of. */
  gaps = 0;
  /** Resolves when it follows for the first time. */
  readonly joined: Promise<unknown>;

  constructor({ url, token, room, localAddress, onMessage, onBack }: FlappingFollowerOptions) {
    this.#line = flappingLine(localAddress);
    this.#rooms = createRooms({ chat }, { url, token, WebSocket: this.#line.WebSocket });
    const handle = this.#rooms.chat.join(room, { onGap: () => (this.gaps += 1) });
    handle.on('message', ({ data }) => {
      // `#17 …`, as `numberedText` makes it.
      const number = Number.parseInt(data.text.slice(1), 10);
      this.receipt.add(number);
      onMessage(number);
    });
    handle.onFrame(({ type }) => {
      if (type !== 'ready' || this.#goneSince === 0) return;
      onBack(performance.now() - this.#goneSince);
      this.#goneSince = 0;
    });
    this.joined = handle.ready;
  }

  /** Its line goes away for so long. */
  drop(ms: number): void {
    if (this.#line.isUp) this.cuts += 1;
    if (this.#goneSince === 0) this.#goneSince = performance.now();
    this.#line.cut(ms);
  }

  close(): void {
    this.#rooms.close();
  }
}
