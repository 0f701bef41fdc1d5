import type { Gap, RoomKind } from '../../shared/index.ts';
import { toRoomError } from '../call-error.ts';
import type { Clock } from '../clock.ts';
import type { RoomsOfKind } from '../create-rooms.ts';
import { Listeners } from '../listeners.ts';
import type { RoomHandle } from '../room-handle.ts';
import { isOver, type JoinOptions, type RoomState } from '../room.ts';

/** What a component sees of a room: the handle while it is joined or joining, and where it stands. */
export interface RoomSnapshot<K extends RoomKind> {
  /** Undefined before the component is mounted, and on a server that renders it. */
  readonly room: RoomHandle<K> | undefined;
  readonly state: RoomState;
  /** The newest gap that the stream has told of. Undefined: nothing was missed. */
  readonly gap: Gap | undefined;
}

/** How a room looks that nobody has joined. */
export const NOT_JOINED = { room: undefined, state: { state: 'joining' }, gap: undefined } as const;

/** One room that components share: joined by the first of them, left after the last. When it has ended, the next
 *  who comes joins it anew for all. */
export class SharedRoom<K extends RoomKind> {
  readonly #rooms: RoomsOfKind<K>;
  readonly #id: string;
  readonly #clock: Pick<Clock, 'after'>;
  readonly #onEmpty: () => void;
  readonly #listeners = new Listeners<void>();
  readonly #onGaps = new Listeners<Gap>();
  #snapshot: RoomSnapshot<K> = NOT_JOINED;
  #leave = () => {};
  #cancelLeave = () => {};

  /** `onEmpty` is called once it is left: it is of no use any more. */
  constructor(options: {
    readonly rooms: RoomsOfKind<K>;
    readonly id: string;
    readonly clock: Pick<Clock, 'after'>;
    readonly onEmpty: () => void;
  }) {
    this.#rooms = options.rooms;
    this.#id = options.id;
    this.#clock = options.clock;
    this.#onEmpty = options.onEmpty;
  }

  getSnapshot(): RoomSnapshot<K> {
    return this.#snapshot;
  }

  /** Adds one who looks on. `newest`: his options as they are when it is called. Returns the undo. */
  add(listener: () => void, newest: () => JoinOptions): () => void {
    this.#cancelLeave();
    const forget = this.#listeners.add(listener);
    const forgetGaps = this.#onGaps.add((gap) => {
      const { onGap } = newest();
      if (typeof onGap === 'function') onGap(gap);
    });
    // One that has ended may be open to him by now, and to the others with him.
    if (this.#snapshot === NOT_JOINED || isOver(this.#snapshot.state)) this.#join(newest);
    return () => {
      forgetGaps();
      if (forget() && this.#listeners.size === 0) this.#leaveSoon();
    };
  }

  #join(newest: () => JoinOptions): void {
    const { onGap, loadState, since } = newest();
    this.#leave();
    try {
      const room = this.#rooms.join(this.#id, {
        // Each who looks on hears of a gap, not the first alone.
        onGap: onGap === 'reload' ? onGap : () => {},
        ...(loadState && { loadState: (position) => newest().loadState?.(position) }),
        ...(since !== undefined && { since }),
      });
      const undo = [
        room.subscribe((state) => this.#change({ state })),
        room.onFrame((frame) => {
          const gap = frame.type === 'gap' ? frame : frame.type === 'ready' ? frame.gap : undefined;
          if (gap) this.#tellGap({ reason: gap.reason, from: gap.from, to: gap.to });
        }),
      ];
      this.#leave = () => {
        for (const forget of undo) forget();
        room.leave();
      };
      this.#change({ room, state: room.current, gap: undefined });
    } catch (cause) {
      // A client that has stopped: a component says so, and does not break.
      this.#change({ state: { state: 'failed', error: toRoomError(cause) } });
    }
  }

  #tellGap(gap: Gap): void {
    this.#change({ gap });
    this.#onGaps.tell(gap);
  }

  /** Not at once: StrictMode, and a screen that gives way to another, take it up again in the same turn. */
  #leaveSoon(): void {
    this.#cancelLeave = this.#clock.after(0, () => {
      this.#leave();
      this.#snapshot = NOT_JOINED;
      this.#onEmpty();
    });
  }

  #change(change: Partial<RoomSnapshot<K>>): void {
    this.#snapshot = { ...this.#snapshot, ...change };
    this.#listeners.tell();
  }
}
