import { clientLimits } from '../../shared/client-limits.ts';
import {
  RoomError,
  typesWhere,
  type FrameOf,
  type ReadState,
  type RoomKind,
} from '../../shared/index.ts';
import { toRoomError } from '../call-error.ts';
import type { Clock } from '../clock.ts';
import { isFurther, offsetIn } from '../offsets.ts';
import { isPassing, retryDelayMs } from '../passing.ts';
import { isOver, positionOf, type Room } from '../room.ts';
import { createStore, type Store } from '../store.ts';
import type { LifeCalls } from './life-calls.ts';
import { Retrying } from '../retrying.ts';
import { countOf, takeEvent, takeState, UNKNOWN, type UnreadKnown } from './unread-count.ts';

/** How the user stands to a room. */
export interface UnreadSnapshot {
  /** Countable events by others that are not read. From 1,000 on there may be more. */
  readonly count: number;
  /** Everything up to here is read. Undefined: nothing is, or it is not known yet. */
  readonly position?: string;
  /** Has the server said so yet? */
  readonly isKnown: boolean;
  /** Why it cannot be known, or could not be said. */
  readonly error?: RoomError;
}

/** What is unread in a room: a store. It asks when it is first listened to, and counts on by itself. */
export interface RoomUnread extends Store<UnreadSnapshot> {
  /** Everything up to a position is read; without one, all that the stream has shown. The count falls at once; the
   *  server is told once a second at most, with the furthest of them, and again after a failure that passes. */
  markRead(position?: string): void;
  /** The event at a position is unread again, and what comes after it. @throws RoomError */
  markUnread(position: string): Promise<void>;
}

/** What it is made from. */
export interface UnreadParts {
  readonly kind: RoomKind;
  readonly room: Pick<Room<RoomKind>, 'onFrame' | 'current' | 'subscribe'>;
  readonly calls: LifeCalls;
  readonly clock: Clock;
  readonly random: () => number;
}

const TELL_EVERY_MS = 1_000;

/** Makes the store of what is unread in one room. */
export function roomUnread(parts: UnreadParts): RoomUnread {
  return new UnreadStore(parts);
}

class UnreadStore implements RoomUnread {
  readonly #parts: UnreadParts;
  readonly #types: ReadonlySet<string>;
  readonly #own = createStore<UnreadSnapshot>({ count: 0, isKnown: false });
  readonly #asking: Retrying<{ me: string; state: ReadState | undefined }>;
  #isStarted = false;
  #known: UnreadKnown = UNKNOWN;
  #error: RoomError | undefined;
  /** How far the stream has shown events. */
  #shown: string | undefined;
  /** Read here, and not said to the server yet, or not answered. */
  #due: string | undefined;
  /** What the server refused for good: said again at every look, it would be refused again. */
  #refused: string | undefined;
  #failures = 0;
  #cancel: (() => void) | undefined;
  #isTelling = false;
  #isOver = false;

  constructor(parts: UnreadParts) {
    this.#parts = parts;
    this.#types = new Set(typesWhere(parts.kind, ({ life }) => life.countable));
    this.#asking = new Retrying({
      ...parts,
      ask: () => parts.calls.unread(),
      onAnswer: ({ me, state }) => {
        this.#known = { ...this.#known, me };
        if (state) this.#take(state);
        else this.#fail(new RoomError('FORBIDDEN'));
      },
      onFail: (error) => this.#fail(error),
    });
  }

  getSnapshot(): UnreadSnapshot {
    return this.#own.store.getSnapshot();
  }

  subscribe(listener: () => void): () => void {
    this.#start();
    return this.#own.store.subscribe(listener);
  }

  markRead(
    position: string | undefined = this.#shown ?? positionOf(this.#parts.room.current),
  ): void {
    this.#start();
    if (position === undefined || !isFurther(position, this.#due ?? this.#refused)) return;
    this.#due = position;
    this.#show();
    if (!this.#cancel) void this.#tell();
  }

  async markUnread(position: string): Promise<void> {
    const { state } = this.#known;
    const due = this.#due;
    this.#start();
    // What was read on this device and is on its way must not undo it.
    this.#due = this.#refused = undefined;
    try {
      this.#take(await this.#parts.calls.markUnread(position));
    } catch (error) {
      // It is read still, unless only the answer was lost: then the server has said more.
      if (due && this.#known.state === state) this.markRead(due);
      throw error;
    }
  }

  #start(): void {
    if (this.#isStarted) return;
    this.#isStarted = true;
    const { room } = this.#parts;
    room.onFrame((frame) => this.#receive(frame));
    room.subscribe((state) => {
      if (isOver(state)) this.#end();
    });
    if (room.current.state === 'joined') this.#asking.start();
  }

  /** The room is left: what was read in it is said now. */
  #end(): void {
    this.#isOver = true;
    this.#asking.stop();
    this.#cancel?.();
    void this.#tell();
  }

  #receive(frame: FrameOf<RoomKind>): void {
    if (frame.type === 'event') return this.#event(frame.event);
    if (frame.type === 'unread') return this.#take(frame);
    // The stream stands elsewhere than at the last event that it has shown.
    const hasMoved = frame.type === 'ready' || frame.type === 'gap';
    if (hasMoved) this.#shown = this.#refused = undefined;
    // Behind, or away, it may have missed what was read on another device.
    if (hasMoved || frame.type === 'latest') this.#asking.start();
  }

  #event(event: Extract<FrameOf<RoomKind>, { type: 'event' }>['event']): void {
    const isDurable = this.#parts.kind.events[event.type]?.delivery === 'durable';
    if (!isDurable) return;
    this.#shown = event.position;
    const isCapped = countOf(this.#known) >= clientLimits.unreadCount;
    this.#known = takeEvent(this.#known, event, this.#types);
    // Of so many nobody knows how many are left.
    if (isCapped && event.type === 'removed') this.#asking.start();
    this.#show();
  }

  #take(state: Omit<ReadState, 'room'>): void {
    const before = this.#known.state;
    this.#known = takeState(this.#known, state);
    this.#error = undefined;
    // Somewhere something was marked unread since: what was read here before that counts no more.
    const isReset = before !== undefined && state.version > before.version;
    const isSaid = state.position !== undefined && !isFurther(this.#due ?? '', state.position);
    if (isReset || isSaid) this.#due = undefined;
    this.#show();
  }

  #fail(error: RoomError): void {
    this.#error = error;
    this.#show();
  }

  /** Says how far it is read, and again after a second if that has moved on. */
  async #tell(): Promise<void> {
    const position = this.#due;
    this.#cancel = undefined;
    if (position === undefined || this.#isTelling) return;
    this.#isTelling = true;
    let waitMs = TELL_EVERY_MS;
    try {
      this.#take(await this.#parts.calls.markRead(position, this.#known.state?.version));
      this.#failures = 0;
      // The answer covers it, whatever it says: it is not said again.
      if (this.#due === position) this.#due = undefined;
    } catch (cause) {
      const error = toRoomError(cause);
      waitMs = Math.max(waitMs, retryDelayMs(error, this.#failures, this.#parts.random()));
      this.#failures += 1;
      if (!isPassing(error)) {
        this.#refused = position;
        this.#error = error;
        // What was read further on meanwhile may be taken.
        if (this.#due === position) this.#due = undefined;
      }
    }
    this.#show();
    // Not before: what a listener reads because of it waits its time like the rest.
    this.#isTelling = false;
    if (!this.#isOver) this.#cancel = this.#parts.clock.after(waitMs, () => void this.#tell());
    else if (this.#failures === 0 && this.#due !== position) void this.#tell();
  }

  #show(): void {
    const { state } = this.#known;
    const readTo = offsetIn(this.#due, state?.to);
    const position = this.#due ?? state?.position;
    const next: UnreadSnapshot = {
      count: countOf(this.#known, readTo),
      ...(position !== undefined && { position }),
      isKnown: state !== undefined,
      ...(this.#error && { error: this.#error }),
    };
    const before = this.getSnapshot();
    const parts = ['count', 'position', 'isKnown', 'error'] as const;
    if (parts.some((part) => next[part] !== before[part])) this.#own.set(next);
  }
}
