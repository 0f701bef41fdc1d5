import { tracked, type TrackedEnvelope } from '@trpc/server';
import {
  limits,
  RoomError,
  type Frame,
  type Position,
  type RevokedReason,
  type RoomEvent,
} from '../../shared/index.ts';
import type { Clock } from '../clock.ts';
import { PUSH, type PushControl, type PushSink, type PushSource } from '../push.ts';
import type { Member } from '../presence/presence.ts';
import { createTally, type Tally } from '../tally.ts';
import { FeedQueue } from './feed-queue.ts';
import { FramePush, type FrameSource, type Progress } from './push-frames.ts';
import type { Replays } from './replays.ts';
import type { RoomFollower } from './room-follower.ts';
import type { Room } from './room.ts';
import { decideStart, gapReason, movedTo } from './start.ts';
import type { TrackedFrame } from './tracked-frame.ts';

/** What a feed needs of its room. */
export type FeedRoom = Pick<
  Room,
  | 'follow'
  | 'unfollow'
  | 'stepIn'
  | 'stepOut'
  | 'position'
  | 'valuesFor'
  | 'presence'
  | 'keyWindowMs'
  | 'read'
  | 'recents'
  | 'frameId'
>;

/** How far a feed goes. */
export interface FeedLimits {
  /** Frames that wait before the feed leaves the live stream (RES5). Default 256. */
  readonly maxFrames?: number;
  /** Events replayed at most (RES3). Default 10,000. */
  readonly maxReplay?: number;
}

/** What a feed is made from. */
export interface FeedOptions extends FeedLimits {
  readonly room: FeedRoom;
  /** Reads the log for it. */
  readonly replays: Replays;
  /** Whose feed it is, where it is somebody's. */
  readonly member?: Member | undefined;
  /** Where to resume. Unset: a fresh start. */
  readonly since?: Position | undefined;
  /** Called once, with the feed, when it has ended for whatever reason. */
  readonly onEnd?: (feed: Feed) => void;
  readonly tally?: Tally;
}

type Envelope = TrackedEnvelope<Frame<RoomEvent>>;
type Result = IteratorResult<Envelope, undefined>;

/** One member's stream: `ready`, then replay, then live. A feed is a position in the log (RES5):
 *  a reader too slow for the live stream loses his place in it, not his place in the log, and is
 *  served from there until he has caught up. */
export class Feed
  implements AsyncIterableIterator<Envelope, undefined>, PushSource, FrameSource, RoomFollower
{
  // First what each frame looks at: followers come in thousands, and a processor's cache holds few of them.
  readonly #queue: FeedQueue;
  /** Set once the feed pushes. */
  #push: FramePush | undefined;
  readonly member: Member | undefined;
  readonly #room: FeedRoom;
  readonly #since: Position | undefined;
  readonly #onEnd: ((feed: Feed) => void) | undefined;
  readonly #maxReplay: number;
  readonly #replays: Replays;
  #state: 'new' | 'begun' | 'ended' = 'new';
  /** Do frames go straight to where it pushes? Then the room knows how far it has come, and the queue does not. */
  #isInStep = false;
  /** Wakes a reader that pulls. */
  #wake: (() => void) | undefined;
  #cancelExpiry: (() => void) | undefined;
  /** Why the feed has ended, where that is an error. */
  #failure: RoomError | undefined;
  #isShutOut = false;

  constructor(options: FeedOptions) {
    const { room, member, maxFrames = limits.feedFrames, tally = createTally() } = options;
    this.member = member;
    this.#room = room;
    this.#queue = new FeedQueue({ room, userId: member?.user.id, maxFrames, tally });
    this.#since = options.since;
    this.#onEnd = options.onEnd;
    this.#maxReplay = options.maxReplay ?? limits.replayEvents;
    this.#replays = options.replays;
    // RES2: listen first, then read. From here on the room is held open.
    room.follow(this);
  }

  /** Ends the feed in `ms`, because the reader's token ends then. */
  endAfter(clock: Clock, ms: number): void {
    if (this.#state === 'ended') return;
    this.#cancelExpiry = clock.after(Math.max(0, ms), () => {
      this.#failure = new RoomError('TOKEN_EXPIRED', 'the token has expired');
      this.end();
    });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  /** The push path: each frame goes to `sink` as soon as it is there, with no promise in between. */
  [PUSH](sink: PushSink): PushControl {
    this.#push = new FramePush(this, sink);
    this.#push.pump();
    return this.#push;
  }

  async next(): Promise<Result> {
    try {
      for (;;) {
        const frame = this.take();
        if (frame) return { done: false, value: tracked(frame.id, frame.data) };
        if (this.#state === 'ended') return this.#over();
        await this.more();
      }
    } catch (error) {
      this.end();
      throw error;
    }
  }

  async return(): Promise<Result> {
    this.end();
    return { done: true, value: undefined };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.end();
  }

  /** Takes a frame of the room: the room's business. */
  receive(frame: TrackedFrame): void {
    // Whoever is told something alone may be full by it, which nobody would know who walks in step.
    this.#stepOut();
    const push = this.#push;
    if (this.#queue.isNext(frame) && push?.offer(frame)) {
      this.#queue.passTo(frame.offset);
      const sink = push.openSink;
      if (sink) this.#isInStep = this.#room.stepIn(this, frame.offset, sink);
      return;
    }
    this.#queue.receive(frame, push?.isFull === true);
    this.#notify();
  }

  walkAlone(offset: number, isFull: boolean): void {
    this.#isInStep = false;
    this.#queue.passTo(offset);
    if (isFull) this.#push?.fill();
  }

  fail(error: unknown): void {
    this.#push?.fail(error);
  }

  take(): TrackedFrame | undefined {
    return this.#queue.take();
  }

  progress(): Progress {
    if (this.#state === 'ended') return 'ended';
    return this.#queue.isLive ? 'waiting' : 'reading';
  }

  takeFailure(): RoomError | undefined {
    const failure = this.#failure;
    this.#failure = undefined;
    return failure;
  }

  async more(): Promise<void> {
    if (this.#state === 'new') return this.#start();
    if (!this.#queue.isLive) return this.#catchUp();
    await new Promise<void>((resolve) => (this.#wake = resolve));
  }

  /** Has it ended because somebody else wanted its reader to go? */
  get isShutOut(): boolean {
    return this.#isShutOut;
  }

  /** Ends the feed because its reader may follow the room no longer: what waits for him is forgotten, and
   *  the last frame says why (AUT1). */
  revoke(reason: RevokedReason): void {
    if (this.#state === 'ended') return;
    this.#stepOut();
    this.#isShutOut = reason !== 'left';
    // Where one stands that has not begun its reader does not know: a frame tracked by that would have him resume there.
    if (this.#state === 'begun' && this.#queue.hasBegun) this.#queue.revoke(reason);
    else {
      this.#queue.clear();
      this.#failure = new RoomError('FORBIDDEN');
    }
    this.#finish();
  }

  /** Reads on from the log: what comes live does not join on to what it has. */
  reread(): void {
    if (this.#state === 'ended') return;
    this.#stepOut();
    this.#queue.reread();
    this.#notify();
  }

  /** Ends the feed. Safe to call twice. */
  end(): void {
    if (this.#state === 'ended') return;
    this.#stepOut();
    this.#queue.clear();
    this.#finish();
  }

  #stepOut(): void {
    if (this.#isInStep) this.#room.stepOut(this);
  }

  #finish(): void {
    this.#state = 'ended';
    this.#room.unfollow(this);
    this.#cancelExpiry?.();
    this.#notify();
    this.#onEnd?.(this);
  }

  #notify(): void {
    if (this.#push) this.#push.pump();
    else this.#wake?.();
  }

  #over(): Result {
    const failure = this.takeFailure();
    if (failure) throw failure;
    return { done: true, value: undefined };
  }

  async #start(): Promise<void> {
    this.#state = 'begun';
    const since = this.#since;
    if (!since) return this.#startFresh();
    const page = await this.#replays.begin(this.#room, since.offset);
    if (this.#isEnded()) return;
    const start = decideStart(page, since, this.#maxReplay);
    if (start.start === 'resumed') {
      this.#queue.begin(start);
      return this.#queue.splice(page);
    }
    const recent = await this.#room.recents?.get();
    if (!this.#isEnded()) this.#queue.begin(movedTo(start, recent?.position), recent?.events);
  }

  /** Where the stream begins and what came before are read as one: they meet without a hole. */
  async #startFresh(): Promise<void> {
    const { recents, position } = this.#room;
    if (!recents) return this.#queue.begin({ start: 'fresh', position });
    const recent = await recents.get();
    if (this.#isEnded()) return;
    this.#queue.begin({ start: 'fresh', position: recent.position }, recent.events);
  }

  async #catchUp(): Promise<void> {
    const from = this.#queue.tail;
    const page = await this.#replays.goOn(this.#room, from.offset);
    if (this.#isEnded()) return;
    const reason = gapReason(page, from, Number.POSITIVE_INFINITY);
    if (reason) this.#queue.skip(reason, { epoch: page.epoch, offset: page.head });
    else this.#queue.splice(page);
  }

  // A method, because the compiler believes that `#state` cannot change during an await.
  #isEnded(): boolean {
    return this.#state === 'ended';
  }
}
