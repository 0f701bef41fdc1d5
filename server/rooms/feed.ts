import { tracked, type TrackedEnvelope } from '@trpc/server';
import type { Unsubscribable } from '@trpc/server/observable';
import {
  formatPosition,
  limits,
  RoomError,
  type Frame,
  type GapReason,
  type Position,
  type RoomEvent,
} from '../../shared/index.ts';
import type { Clock } from '../clock.ts';
import type { Page } from '../log/room-log.ts';
import { PUSH, type PushControl, type PushSink, type PushSource } from '../push.ts';
import { merge, place } from './merge.ts';
import { pushFrames, type FramePush, type Progress } from './push-frames.ts';
import type { Room } from './room.ts';
import { decideStart, gapBetween, gapReason, type Start } from './start.ts';
import { durableFrame, type TrackedFrame } from './tracked-frame.ts';

/** What a feed needs of its room. */
export type FeedRoom = Pick<Room, 'live' | 'position' | 'latest' | 'read' | 'frameId'>;

/** How far a feed goes. */
export interface FeedLimits {
  /** Frames that wait before the feed leaves the live stream (RES5). Default 256. */
  readonly maxFrames?: number;
  /** Events replayed at most (RES3). Default 10,000. */
  readonly maxReplay?: number;
  /** Events read from the log at once. Default 100. */
  readonly pageSize?: number;
  /** Lets everybody else have a turn between two pages. Default: one of the event loop. */
  readonly pause?: () => Promise<void>;
}

/** What a feed is made from. */
export interface FeedOptions extends FeedLimits {
  readonly room: FeedRoom;
  /** Where to resume. Unset: a fresh start. */
  readonly since?: Position | undefined;
  /** Called once, when the feed has ended for whatever reason. */
  readonly onEnd?: () => void;
}

type Envelope = TrackedEnvelope<Frame<RoomEvent>>;
type Result = IteratorResult<Envelope, undefined>;

/** One member's stream: `ready`, then replay, then live. A feed is a position in the log (RES5):
 *  a reader too slow for the live stream loses his place in it, not his place in the log, and is
 *  served from there until he has caught up. Memory is bounded by `maxFrames` and a page. */
export class Feed implements AsyncIterableIterator<Envelope, undefined>, PushSource {
  readonly #room: FeedRoom;
  readonly #since: Position | undefined;
  readonly #onEnd: () => void;
  readonly #maxFrames: number;
  readonly #maxReplay: number;
  readonly #pageSize: number;
  readonly #pause: () => Promise<void>;

  #state: 'new' | 'behind' | 'live' | 'ended' = 'new';
  #epoch = '';
  /** The last durable event yielded. */
  #offset = 0;
  /** The last durable event yielded or waiting in `#out`. */
  #tail = 0;
  /** Frames to yield, in order. */
  #out: TrackedFrame[] = [];
  /** While behind: live durable events, to be merged with what is read. */
  #buffer: TrackedFrame[] = [];
  #hasMissedLatest = false;
  readonly #live: Unsubscribable;
  #wake = () => {};
  /** Set once the feed pushes. */
  #push: FramePush | undefined;
  #cancelExpiry = () => {};
  /** Why the feed has ended, where that is an error. */
  #failure: RoomError | undefined;

  constructor(options: FeedOptions) {
    this.#room = options.room;
    this.#since = options.since;
    this.#onEnd = options.onEnd ?? (() => {});
    this.#maxFrames = options.maxFrames ?? limits.feedFrames;
    this.#maxReplay = options.maxReplay ?? limits.replayEvents;
    this.#pageSize = options.pageSize ?? 100;
    this.#pause = options.pause ?? eventLoopTurn;
    // RES2: listen first, then read. From here on the room is held open.
    this.#live = this.#room.live.subscribe({ next: (frame) => this.#onLive(frame) });
  }

  /** Ends the feed in `ms`, because the reader's token ends then. */
  endAfter(clock: Clock, ms: number): void {
    if (this.#state === 'ended') return;
    this.#cancelExpiry = clock.after(Math.max(0, ms), () => {
      this.#failure = new RoomError('TOKEN_EXPIRED', 'the token has expired');
      this.#end();
    });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  /** The push path: each frame goes to `sink` as soon as it is there, with no promise in between. */
  [PUSH](sink: PushSink): PushControl {
    this.#push = pushFrames(
      {
        take: () => this.#take(),
        progress: () => this.#progress(),
        more: () => this.#more(),
        end: () => this.#end(),
        takeFailure: () => this.#takeFailure(),
        onWake: (wake) => (this.#wake = wake),
      },
      sink,
    );
    return this.#push;
  }

  async next(): Promise<Result> {
    try {
      for (;;) {
        if (this.#state === 'ended') return this.#over();
        const frame = this.#take();
        if (frame) return { done: false, value: tracked(frame.id, frame.data) };
        await this.#more();
      }
    } catch (error) {
      this.#end();
      throw error;
    }
  }

  #progress(): Progress {
    if (this.#state === 'ended') return 'ended';
    return this.#state === 'live' ? 'waiting' : 'reading';
  }

  #over(): Result {
    const failure = this.#takeFailure();
    if (failure) throw failure;
    return { done: true, value: undefined };
  }

  #takeFailure(): RoomError | undefined {
    const failure = this.#failure;
    this.#failure = undefined;
    return failure;
  }

  async return(): Promise<Result> {
    this.#end();
    return { done: true, value: undefined };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#end();
  }

  #end(): void {
    if (this.#state === 'ended') return;
    this.#state = 'ended';
    this.#out = [];
    this.#buffer = [];
    this.#live.unsubscribe();
    this.#cancelExpiry();
    this.#wake();
    this.#onEnd();
  }

  #take(): TrackedFrame | undefined {
    const frame = this.#out.shift();
    if (!frame) return undefined;
    if (frame.delivery === 'durable') this.#offset = frame.offset;
    // A frame made while this feed was further on than the room (it had read ahead) would set the
    // reader's position back: it gets an id of this feed's own (RES1).
    else if (frame.offset !== this.#offset) return { ...frame, id: this.#ownId() };
    return frame;
  }

  async #more(): Promise<void> {
    if (this.#state === 'new') return this.#start();
    if (this.#state === 'behind') return this.#catchUp();
    await new Promise<void>((resolve) => (this.#wake = resolve));
  }

  async #start(): Promise<void> {
    this.#state = 'behind';
    if (!this.#since) return this.#begin({ start: 'fresh', position: this.#room.position });
    const page = await this.#room.read(this.#since.offset, this.#pageSize);
    if (this.#isEnded()) return;
    const start = decideStart(page, this.#since, this.#maxReplay);
    this.#begin(start);
    if (start.start === 'resumed') this.#splice(page);
  }

  /** Puts `ready` first, and the feed where it begins. */
  #begin(start: Start): void {
    this.#moveTo(start.position);
    const gap = start.start === 'gap' ? { gap: start.gap } : {};
    const position = formatPosition(start.position);
    this.#hasMissedLatest = false;
    this.#add({
      type: 'ready',
      start: start.start,
      position,
      ...gap,
      latest: this.#room.latest,
    });
    if (start.start !== 'resumed') this.#joinLive();
  }

  async #catchUp(): Promise<void> {
    // A turn for everybody else between two pages: a long replay is no reason to keep them waiting.
    await this.#pause();
    if (this.#isEnded()) return;
    const page = await this.#room.read(this.#tail, this.#pageSize);
    if (this.#isEnded()) return;
    const from = { epoch: this.#epoch, offset: this.#tail };
    const reason = gapReason(page, from, Number.POSITIVE_INFINITY);
    if (reason) this.#skip(reason, from, { epoch: page.epoch, offset: page.head });
    else this.#splice(page);
  }

  /** History no longer reaches back to where the reader stands: say so and go on from the head. */
  #skip(reason: GapReason, from: Position, to: Position): void {
    this.#moveTo(to);
    this.#add({ type: 'gap', ...gapBetween(reason, from, to) });
    this.#joinLive();
  }

  #splice(page: Page): void {
    for (const event of page.events) {
      const where = place(this.#tail, event.offset);
      if (where === 'jump') throw holeAfter(this.#tail);
      if (where === 'repeat') continue;
      this.#out.push(durableFrame(event, page.epoch));
      this.#tail = event.offset;
    }
    if (this.#tail >= page.head) this.#joinLive();
    else if (page.events.length === 0) throw holeAfter(this.#tail);
  }

  /** Goes live if what was buffered joins on without a hole; otherwise stays behind. */
  #joinLive(): void {
    const { next, tail, isWhole } = merge(this.#tail, this.#buffer);
    this.#buffer = [];
    this.#out.push(...next);
    this.#tail = tail;
    if (!isWhole) return;
    this.#state = 'live';
    // A reader who was behind missed some changes of the latest values: he gets the outcome.
    if (this.#hasMissedLatest) this.#add({ type: 'latest', latest: this.#room.latest });
    this.#hasMissedLatest = false;
  }

  #onLive(frame: TrackedFrame): void {
    if (this.#isNextInLine(frame) && this.#push?.offer(frame)) {
      this.#offset = frame.offset;
      this.#tail = frame.offset;
      return;
    }
    if (frame.delivery === 'durable') {
      if (this.#state === 'live') this.#append(frame);
      else this.#hold(frame);
    } else if (this.#state === 'live' && this.#out.length < this.#maxFrames) {
      this.#out.push(frame);
    } else if (frame.delivery === 'latest') {
      this.#hasMissedLatest = true;
      if (this.#state === 'live') this.#fallBehind();
    }
    this.#wake();
  }

  /** Is this what a live reader gets next, with nothing waiting in front of it? */
  #isNextInLine({ delivery, offset }: TrackedFrame): boolean {
    if (this.#state !== 'live' || this.#out.length > 0) return false;
    return offset === (delivery === 'durable' ? this.#offset + 1 : this.#offset);
  }

  /** A buffer that overflows keeps only the newest: the log has the rest, and the hole tells. */
  #hold(frame: TrackedFrame): void {
    if (this.#buffer.length >= this.#maxFrames) this.#buffer = [];
    this.#buffer.push(frame);
  }

  #append(frame: TrackedFrame): void {
    const where = place(this.#tail, frame.offset);
    if (where === 'repeat') return;
    if (where === 'jump' || this.#out.length >= this.#maxFrames) return this.#fallBehind();
    this.#out.push(frame);
    this.#tail = frame.offset;
  }

  /** Leaves the live stream (RES5): what waits is forgotten and read again from the log. */
  #fallBehind(): void {
    this.#state = 'behind';
    if (this.#out.some(({ delivery }) => delivery === 'latest')) this.#hasMissedLatest = true;
    // `ready` and `gap` stand in no log.
    this.#out = this.#out.filter((frame) => frame.delivery === 'control');
    this.#buffer = [];
    this.#tail = this.#offset;
  }

  #moveTo({ epoch, offset }: Position): void {
    this.#epoch = epoch;
    this.#offset = offset;
    this.#tail = offset;
  }

  #add(frame: Frame<RoomEvent>): void {
    this.#out.push({ id: this.#ownId(), offset: this.#offset, delivery: 'control', data: frame });
  }

  #ownId(): string {
    return this.#room.frameId({ epoch: this.#epoch, offset: this.#offset });
  }

  // A method, because the compiler believes that `#state` cannot change during an await.
  #isEnded(): boolean {
    return this.#state === 'ended';
  }
}

function eventLoopTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** Events that should be there are not: no gap that a trimmed log explains (LOG3). */
function holeAfter(offset: number): RoomError {
  return new RoomError('LOG_DAMAGED', `events after offset ${offset} are missing from the log`);
}
