import type { Bounds } from '../log/room-log.ts';
import type { Room } from './room.ts';
import { durableFrame, type TrackedFrame } from './tracked-frame.ts';

/** A page of the log as feeds take it. Whoever shares the read shares the frames. */
export interface FramePage extends Bounds {
  /** In offset order. May begin before what was asked for. */
  readonly frames: readonly TrackedFrame[];
}

/** What is read of a room. */
export type ReplayRoom = Pick<Room, 'read'>;

/** How replays take turns. */
export interface ReplayLimits {
  /** Events read from the log at once. Default 100. */
  readonly pageSize?: number;
  /** Turns that a feed's first page waits at most for others who have come back too. Default 64. */
  readonly gatherTurns?: number;
  /** Turns in which nobody comes back, after which there is nobody to wait for. Default 8: next to
   *  nothing on a loop that is idle. */
  readonly quietTurns?: number;
  /** Feeds that are given one page in one turn. Default 64. */
  readonly feedsAtOnce?: number;
  /** Lets everybody else have a turn between two pages. Default: one of the event loop. */
  readonly pause?: () => Promise<void>;
}

interface Waiting {
  readonly after: number;
  readonly resolve: (page: FramePage) => void;
  readonly reject: (error: unknown) => void;
}

interface Batch {
  readonly waiting: Waiting[];
  dueTurn: number;
}

/** Reads the log for the feeds of a hub that are behind. Those who wait for the same stretch of a room
 *  share one read of it and the frames that it becomes, so that a crowd that was cut off at once costs
 *  little more than one of them. Bound: one page a turn over all rooms, for 64 feeds at most; nothing is
 *  kept beyond it, so what is erased, trimmed or of another epoch cannot come from here. */
export class Replays {
  readonly #pageSize: number;
  readonly #gatherTurns: number;
  readonly #quietTurns: number;
  readonly #feedsAtOnce: number;
  readonly #pause: () => Promise<void>;
  /** The room that has waited longest first. */
  readonly #batches = new Map<ReplayRoom, Batch>();
  #turn = 0;
  /** The turn in which somebody came back last. */
  #cameTurn = 0;
  #isRunning = false;

  constructor(limits: ReplayLimits = {}) {
    this.#pageSize = limits.pageSize ?? 100;
    this.#gatherTurns = limits.gatherTurns ?? 64;
    this.#quietTurns = limits.quietTurns ?? 8;
    this.#feedsAtOnce = limits.feedsAtOnce ?? 64;
    this.#pause = limits.pause ?? eventLoopTurn;
  }

  /** The first page of a feed that comes back, after an offset. @throws RoomError LOG_UNAVAILABLE,
   *  LOG_DAMAGED */
  begin(room: ReplayRoom, after: number): Promise<FramePage> {
    this.#cameTurn = this.#turn;
    return this.#ask(room, after, this.#gatherTurns);
  }

  /** The next page of a feed. Those who began together are together still, and wait for nobody.
   *  @throws RoomError LOG_UNAVAILABLE, LOG_DAMAGED */
  goOn(room: ReplayRoom, after: number): Promise<FramePage> {
    return this.#ask(room, after, 1);
  }

  #ask(room: ReplayRoom, after: number, turns: number): Promise<FramePage> {
    return new Promise((resolve, reject) => {
      this.#wait(room, [{ after, resolve, reject }], this.#turn + turns);
      if (!this.#isRunning) void this.#run();
    });
  }

  #wait(room: ReplayRoom, some: readonly Waiting[], dueTurn: number): void {
    const batch = this.#batches.get(room);
    if (!batch) return void this.#batches.set(room, { waiting: [...some], dueTurn });
    batch.waiting.push(...some);
    batch.dueTurn = Math.min(batch.dueTurn, dueTurn);
  }

  async #run(): Promise<void> {
    this.#isRunning = true;
    while (this.#batches.size > 0) {
      await this.#pause();
      this.#turn += 1;
      const due = this.#due();
      if (due) void this.#serve(...due);
    }
    this.#isRunning = false;
  }

  /** Takes the first batch whose time has come. */
  #due(): [ReplayRoom, readonly Waiting[]] | undefined {
    const isQuiet = this.#turn - this.#cameTurn >= this.#quietTurns;
    for (const [room, { waiting, dueTurn }] of this.#batches) {
      const isDue = isQuiet || dueTurn <= this.#turn || waiting.length >= this.#feedsAtOnce;
      if (!isDue) continue;
      this.#batches.delete(room);
      return [room, waiting];
    }
    return undefined;
  }

  async #serve(room: ReplayRoom, waiting: readonly Waiting[]): Promise<void> {
    const { now, later } = divide(waiting, { pageSize: this.#pageSize, most: this.#feedsAtOnce });
    if (later.length > 0) this.#wait(room, later, this.#turn + 1);
    const after = Math.min(...now.map((one) => one.after));
    try {
      const { events, ...bounds } = await room.read(after, this.#pageSize);
      const frames = events.map((event) => durableFrame(event, bounds.epoch));
      const page = { ...bounds, frames };
      for (const { resolve } of now) resolve(page);
    } catch (error) {
      this.#failed(room, now, { after, error });
    }
  }

  /** What is damaged may lie before that which others have asked for: they are read to anew. */
  #failed(
    room: ReplayRoom,
    waiting: readonly Waiting[],
    { after, error }: { after: number; error: unknown },
  ): void {
    for (const one of waiting) {
      if (one.after === after) one.reject(error);
      else this.#wait(room, [one], this.#turn + 1);
    }
    if (!this.#isRunning) void this.#run();
  }
}

/** Who is served with whoever has waited longest: all of them come on by one page, wherever in it they
 *  stand. */
function divide(
  waiting: readonly Waiting[],
  { pageSize, most }: { pageSize: number; most: number },
): { now: Waiting[]; later: Waiting[] } {
  const longest = waiting[0]?.after ?? 0;
  const reach = Math.floor((pageSize - 1) / 2);
  const now: Waiting[] = [];
  const later: Waiting[] = [];
  for (const one of waiting) {
    const isNear = Math.abs(one.after - longest) <= reach;
    (isNear && now.length < most ? now : later).push(one);
  }
  return { now, later };
}

function eventLoopTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
