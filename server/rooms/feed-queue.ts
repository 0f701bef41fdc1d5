import {
  formatPosition,
  RoomError,
  type Frame,
  type GapReason,
  type Position,
  type RevokedReason,
  type RoomEvent,
} from '../../shared/index.ts';
import type { Tally } from '../tally.ts';
import { isNext, merge, place } from './merge.ts';
import type { FramePage } from './replays.ts';
import type { Room } from './room.ts';
import { gapBetween, type Start } from './start.ts';
import type { TrackedFrame } from './tracked-frame.ts';

/** What a queue needs of its room. */
export type QueueRoom = Pick<
  Room,
  'valuesFor' | 'presence' | 'keyWindowMs' | 'frameId' | 'position'
>;

// Shared by all, never written to.
const NOTHING: TrackedFrame[] = [];

/** What a feed yields next: replay and live stream, joined by offset. All decisions, no reading; what
 *  it holds is bounded by `maxFrames` and a page. */
export class FeedQueue {
  // First what each frame looks at, as in `Feed`.
  #isLive = false;
  /** Frames to yield, in order. Most feeds have none most of the time, and then no list either. */
  #out: TrackedFrame[] = NOTHING;
  /** The last durable event yielded. */
  #offset = 0;
  /** The last durable event yielded or waiting in `#out`. */
  #tail = 0;
  #epoch = '';
  readonly #room: QueueRoom;
  readonly #userId: string | undefined;
  readonly #maxFrames: number;
  readonly #tally: Tally;
  /** While behind: live durable events, to be merged with what is read. */
  #buffer: TrackedFrame[] = NOTHING;
  /** Does it hold all that came since what is being read was asked for? */
  #isBufferWhole = true;
  #hasMissedLatest = false;
  #hasMissedPresence = false;
  #hasFallenBehind = false;

  constructor(options: {
    readonly room: QueueRoom;
    /** Whose it is, where it is somebody's. */
    readonly userId: string | undefined;
    readonly maxFrames: number;
    readonly tally: Tally;
  }) {
    this.#room = options.room;
    this.#userId = options.userId;
    this.#maxFrames = options.maxFrames;
    this.#tally = options.tally;
  }

  /** Does it follow the live stream? Otherwise it wants to be given a page after `tail`. */
  get isLive(): boolean {
    return this.#isLive;
  }

  /** Has `ready` been given out? */
  get hasBegun(): boolean {
    return this.#epoch !== '' && this.#waiting('ready').length === 0;
  }

  /** Where what is yielded or waits to be yielded ends. */
  get tail(): Position {
    return { epoch: this.#epoch, offset: this.#tail };
  }

  /** The next frame, if one is at hand. */
  take(): TrackedFrame | undefined {
    const frame = this.#out.shift();
    if (!frame) return undefined;
    if (this.#out.length === 0) this.#out = NOTHING;
    if (frame.delivery === 'durable') this.#offset = frame.offset;
    // A frame made while this feed was further on than the room (it had read ahead) would set the
    // reader's position back: it gets an id of this feed's own (RES1).
    else if (frame.offset !== this.#offset) return { ...frame, id: this.#ownId() };
    return frame;
  }

  /** Is this what a live reader gets next, with nothing waiting in front of it? */
  isNext(frame: TrackedFrame): boolean {
    return this.#isLive && this.#out.length === 0 && isNext(this.#offset, frame);
  }

  /** Everything up to here was yielded past the queue, and never waited. */
  passTo(offset: number): void {
    this.#offset = offset;
    this.#tail = offset;
  }

  /** Takes a frame of the live stream. While the reader `isFull` only durable events wait for him. */
  receive(frame: TrackedFrame, isFull: boolean): void {
    if (frame.delivery === 'durable') {
      if (this.#isLive) this.#append(frame);
      else this.#hold(frame);
    } else if (this.#isLive && !isFull && this.#out.length < this.#maxFrames) {
      this.#put(frame);
    } else this.#miss(frame);
  }

  /** Puts `ready` first, and the feed where it begins. `recent`: for whoever does not resume. */
  begin(start: Start, recent?: readonly RoomEvent[]): void {
    this.#moveTo(start.position);
    this.#hasMissedLatest = false;
    this.#hasMissedPresence = false;
    const { keyWindowMs, presence } = this.#room;
    this.#add({
      type: 'ready',
      start: start.start,
      position: formatPosition(start.position),
      ...(start.start === 'gap' && { gap: start.gap }),
      keyWindowMs,
      ...(recent && { recent }),
      ...this.#room.valuesFor(this.#userId),
      ...(presence && { presence }),
    });
    if (start.start !== 'resumed') this.#joinLive();
  }

  /** History no longer reaches back to where the reader stands: says so and goes on from the head. */
  skip(reason: GapReason, to: Position): void {
    const from = this.tail;
    this.#moveTo(to);
    this.#add({ type: 'gap', ...gapBetween(reason, from, to) });
    this.#joinLive();
  }

  /** Takes what was read after `tail`. @throws RoomError LOG_DAMAGED when events are missing */
  splice(page: FramePage): void {
    const from = this.#tail;
    for (const frame of page.frames) {
      const where = place(this.#tail, frame.offset);
      if (where === 'jump') throw holeAfter(this.#tail);
      if (where === 'repeat') continue;
      this.#put(frame);
      this.#tail = frame.offset;
    }
    if (this.#tail >= page.head) this.#joinLive();
    else if (this.#tail === from) throw holeAfter(this.#tail);
  }

  /** Forgets what waits and ends with the word why. A gap that the reader has not been told of is not forgotten: where
   *  he stands now is beyond it. */
  revoke(reason: RevokedReason): void {
    const gaps = this.#waiting('gap');
    this.clear();
    for (const gap of gaps) this.#put(gap);
    this.#add({ type: 'revoked', reason });
  }

  /** What comes live does not join on to what is here: leaves the live stream, until the log is read. */
  reread(): void {
    if (this.#isLive) return this.#fallBehind();
    this.#buffer = NOTHING;
    this.#isBufferWhole = false;
  }

  /** Forgets what waits. */
  clear(): void {
    this.#isLive = false;
    this.#out = NOTHING;
    this.#buffer = NOTHING;
  }

  /** Goes live if what was buffered joins on without a hole; otherwise stays behind. */
  #joinLive(): void {
    // Where the room is in another epoch, so is what was buffered: its offsets say nothing of what was read.
    if (this.#epoch !== this.#room.position.epoch) this.reread();
    const { next, tail, isWhole: joinsOn } = merge(this.#tail, this.#buffer);
    const isWhole = joinsOn && this.#isBufferWhole;
    this.#buffer = NOTHING;
    this.#isBufferWhole = true;
    for (const frame of next) this.#put(frame);
    this.#tail = tail;
    if (!isWhole) return;
    this.#isLive = true;
    if (this.#hasFallenBehind) this.#tally.caughtUp += 1;
    this.#hasFallenBehind = false;
    // A reader who was behind missed some changes of the latest values: he gets the outcome.
    if (this.#hasMissedLatest) this.#add({ type: 'latest', ...this.#room.valuesFor(this.#userId) });
    // And of those who came and went: who is here now.
    const presence = this.#hasMissedPresence ? this.#room.presence : undefined;
    if (presence) this.#add({ type: 'presence', ...presence });
    this.#hasMissedLatest = false;
    this.#hasMissedPresence = false;
  }

  /** What a reader misses of this he gets as one afterwards. */
  #remember({ delivery }: TrackedFrame): void {
    if (delivery === 'latest') this.#hasMissedLatest = true;
    if (delivery === 'presence') this.#hasMissedPresence = true;
  }

  /** By class (TRN4): an ephemeral event is for those who are there, of latest values the newest is
   *  enough, and of who is here the list. */
  #miss(frame: TrackedFrame): void {
    if (frame.delivery === 'ephemeral') this.#tally.dropped += 1;
    if (frame.delivery !== 'latest' && frame.delivery !== 'presence') return;
    this.#tally.conflated += 1;
    this.#remember(frame);
    if (this.#isLive) this.#fallBehind();
  }

  /** A buffer that overflows keeps only the newest: the log has the rest, and the hole tells. */
  #hold(frame: TrackedFrame): void {
    const isNew = this.#buffer === NOTHING || this.#buffer.length >= this.#maxFrames;
    if (isNew) this.#buffer = [frame];
    else this.#buffer.push(frame);
  }

  #append(frame: TrackedFrame): void {
    const where = place(this.#tail, frame.offset);
    if (where === 'repeat') return;
    if (where === 'jump' || this.#out.length >= this.#maxFrames) return this.#fallBehind();
    this.#put(frame);
    this.#tail = frame.offset;
  }

  /** Leaves the live stream (RES5): what waits is forgotten and read again from the log. */
  #fallBehind(): void {
    this.#isLive = false;
    this.#hasFallenBehind = true;
    for (const frame of this.#out) {
      this.#remember(frame);
      if (frame.delivery === 'ephemeral') this.#tally.dropped += 1;
    }
    // `ready` and `gap` stand in no log.
    this.#out = this.#out.filter((frame) => frame.delivery === 'control');
    this.#buffer = NOTHING;
    this.#tail = this.#offset;
  }

  #moveTo({ epoch, offset }: Position): void {
    this.#epoch = epoch;
    this.#offset = offset;
    this.#tail = offset;
  }

  #add(frame: Frame<RoomEvent>): void {
    this.#put({ id: this.#ownId(), offset: this.#offset, delivery: 'control', data: frame });
  }

  #waiting(type: 'ready' | 'gap'): TrackedFrame[] {
    return this.#out.filter(({ delivery, data }) => delivery === 'control' && data.type === type);
  }

  #put(frame: TrackedFrame): void {
    if (this.#out === NOTHING) this.#out = [frame];
    else this.#out.push(frame);
  }

  #ownId(): string {
    return this.#room.frameId({ epoch: this.#epoch, offset: this.#offset });
  }
}

/** Events that should be there are not: no gap that a trimmed log explains (LOG3). */
function holeAfter(offset: number): RoomError {
  return new RoomError('LOG_DAMAGED', `events after offset ${offset} are missing from the log`);
}
