import { createRooms, type RoomHandle, type RoomsClient } from '../client/index.ts';
import { chat } from '../shared/index.ts';
import { flappingLine, type FlappingLine } from './flapping-line.ts';

/** Where a visitor goes. */
export interface RoomVisitorOptions {
  readonly url: string;
  readonly token: string;
  readonly room: string;
  readonly localAddress: string | undefined;
}

/** An SDK client, whole and as it is shipped, that watches who comes and goes. */
export class RoomVisitor {
  readonly #line: FlappingLine;
  readonly #rooms: RoomsClient<{ chat: typeof chat }>;
  readonly room: RoomHandle<typeof chat>;
  /** When presence frames came. */
  readonly framesAt: number[] = [];
  /** Whom it was told of since `forget`. */
  joins = 0;
  leaves = 0;
  starts = 0;

  constructor({ url, token, room, localAddress }: RoomVisitorOptions) {
    this.#line = flappingLine(localAddress);
    const { WebSocket } = this.#line;
    // Comes back 0.6 s after it was cut: a flap, and no long absence.
    this.#rooms = createRooms({ chat }, { url, token, WebSocket, random: () => 0.2 });
    this.room = this.#rooms.chat.join(room, { onGap: 'reload' });
    this.room.onFrame((frame) => {
      if (frame.type === 'ready') this.starts += 1;
      if (frame.type !== 'presence') return;
      this.framesAt.push(performance.now());
      this.joins += frame.join?.length ?? 0;
      this.leaves += frame.leave?.length ?? 0;
    });
  }

  /** The ids that it shows, sorted, or their number where they are too many to be listed. */
  shown(): string {
    const { users, count, isComplete } = this.room.people.getSnapshot();
    if (!isComplete) return String(count);
    return users
      .map(({ id }) => id)
      .toSorted()
      .join(' ');
  }

  /** Presence frames in its busiest second. */
  mostFrames(): number {
    let most = 0;
    let from = 0;
    for (const [index, at] of this.framesAt.entries()) {
      while (at - (this.framesAt[from] ?? 0) >= 1_000) from += 1;
      most = Math.max(most, index - from + 1);
    }
    return most;
  }

  /** Counts anew. */
  forget(): void {
    this.joins = 0;
    this.leaves = 0;
  }

  /** Its line goes away for so long. */
  drop(ms: number): void {
    this.#line.cut(ms);
  }

  close(): void {
    this.#rooms.close();
  }
}
