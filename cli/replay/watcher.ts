import { parsePosition, type chat, type FrameOf, type Position } from '../../shared/index.ts';
import { retry, type Patience } from '../retry.ts';
import { digestOf } from './digest.ts';
import type { Passes } from './passes.ts';
import { openSeat, type Seat, type Venue } from './seat.ts';
import type { Seen } from './verdict.ts';

/** Somebody who follows the room and writes down all that he sees. */
export interface Watcher {
  readonly name: string;
  /** Where he began. */
  readonly began: Position;
  readonly seen: readonly Seen[];
  /** The first thing that went wrong with his stream: a gap, or its end. */
  readonly trouble: string | undefined;
  /** Waits until he has seen this position, at most `ms`, and then what is still on its way. */
  settle(position: Position, ms: number): Promise<void>;
  close(): void;
}

/** Sits down with a connection of his own. */
export async function openWatcher(options: {
  name: string;
  venue: Venue;
  passes: Passes;
  patience: Patience;
}): Promise<Watcher> {
  const { name, venue, passes, patience } = options;
  const notes = new Notes();
  const seat = await retry(async () => {
    const { token } = await passes.issue(name);
    return openSeat(venue, token, (room) => {
      notes.clear();
      room.onFrame((frame) => notes.take(frame));
      room.subscribe((state) => state.state === 'failed' && notes.fail(state.error.message));
    });
  }, patience);
  const began = parsePosition(seat.ready.position);
  if (!began) throw new Error(`replay: not a position: ${seat.ready.position}`);
  return {
    name,
    began,
    seen: notes.seen,
    get trouble() {
      return notes.trouble;
    },
    settle: (position, ms) => settle({ seat, notes, began, position, ms }),
    close: () => seat.close(),
  };
}

async function settle(options: {
  seat: Seat;
  notes: Notes;
  began: Position;
  position: Position;
  ms: number;
}): Promise<void> {
  const { seat, notes, began, position, ms } = options;
  if (position.offset > began.offset) await notes.reach(position.offset, ms);
  // An answer on this connection comes after every frame that was sent before: a repeat would show.
  if (!notes.trouble) await retry(() => seat.room.members(), { patienceMs: ms }).catch(() => {});
}

/** What one watcher has seen. */
class Notes {
  readonly seen: Seen[] = [];
  trouble: string | undefined;
  #last = 0;
  #waiting: { offset: number; resolve: () => void } | undefined;

  clear(): void {
    this.seen.length = 0;
    this.trouble = undefined;
    this.#last = 0;
  }

  take(frame: FrameOf<typeof chat>): void {
    if (frame.type === 'gap') this.fail(`gap: ${frame.reason}`);
    if (frame.type === 'ready' && frame.gap) this.fail(`gap: ${frame.gap.reason}`);
    // Typing is in no log, so nobody can say what should have been seen of it.
    if (frame.type !== 'event' || frame.event.type !== 'message') return;
    const { id, position, type, by, data } = frame.event;
    this.seen.push({ id, position, digest: digestOf(type, by, data.text) });
    this.#last = parsePosition(position)?.offset ?? this.#last;
    if (this.#waiting && this.#last >= this.#waiting.offset) this.#waiting.resolve();
  }

  fail(what: string): void {
    this.trouble ??= what;
    this.#waiting?.resolve();
  }

  /** Resolves when that offset was seen, when there is trouble, or when the time is over. */
  async reach(offset: number, ms: number): Promise<void> {
    if (this.#last >= offset || this.trouble) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#waiting = {
        offset,
        resolve: () => {
          clearTimeout(timer);
          resolve();
        },
      };
    });
  }
}
