import { talkSubject } from '../subject.ts';
import { roomNames, type Plan } from '../plan.ts';
import type { Random } from '../random.ts';
import { createSimDisk, tearTail } from './sim-disk.ts';
import type { DiskWeather } from './sim-log.ts';
import { startSimProcess, type Leftovers, type SimProcess } from './sim-process.ts';
import type { VirtualTime } from './virtual-time.ts';

/** A server over its whole life: one disk, and one process after the other. */
export class SimServer {
  readonly diskWeather: DiskWeather = { slowMs: 5, fails: 'no' };
  readonly #plan: Plan;
  readonly #time: VirtualTime;
  readonly #random: Random;
  readonly #onError: (error: unknown) => void;
  readonly #disk = createSimDisk('D', 'e0');
  #process: SimProcess | undefined;
  #starts = 0;
  #isStarting = false;

  constructor(options: {
    plan: Plan;
    time: VirtualTime;
    random: Random;
    onError: (error: unknown) => void;
  }) {
    this.#plan = options.plan;
    this.#time = options.time;
    this.#random = options.random;
    this.#onError = options.onError;
  }

  /** The process that serves now, if one does. */
  get current(): SimProcess | undefined {
    return this.#process;
  }

  leftovers(): Leftovers | undefined {
    return this.#process?.leftovers();
  }

  async start(): Promise<void> {
    if (this.#process || this.#isStarting) return;
    this.#isStarting = true;
    const { maxEvents, maxFrames, maxReplay, pageSize, readMs, window, pulls } = this.#plan;
    const name = `s${(this.#starts += 1)}`;
    const { kind } = talkSubject;
    this.#process = await startSimProcess({
      contract: { [kind.name]: kind },
      retention: { maxEvents, maxAgeMs: Number.MAX_SAFE_INTEGER },
      disk: this.#disk,
      diskWeather: this.diskWeather,
      time: this.#time,
      random: this.#random.fork(name),
      name,
      feeds: { maxFrames, maxReplay, pageSize },
      readMs,
      window,
      pulls,
      onError: this.#onError,
    });
    this.#isStarting = false;
  }

  /** The process dies and loses what was in its hands; the disk loses `torn` commits. Returns what is
   *  left of each room, if the disk lost any. */
  kill(torn: number): Readonly<Record<string, number>> | undefined {
    this.#process?.kill();
    this.#process = undefined;
    const { commits, mark } = this.#disk;
    if (torn === 0 || commits.length === 0) return undefined;
    tearTail(this.#disk, torn);
    // LOG3 vouches for what is marked: what nobody has seen nobody misses.
    return mark && this.#disk.count < mark.commits ? this.#heads() : undefined;
  }

  /** The process goes down in peace. */
  async close(): Promise<void> {
    const process = this.#process;
    await process?.close();
    if (this.#process === process) this.#process = undefined;
  }

  /** The highest offset of each room that the disk still holds. */
  #heads(): Readonly<Record<string, number>> {
    const rooms = new Map(roomNames(this.#plan).map((room) => [room, new Set<string>()]));
    let nameless = 0;
    for (const commit of this.#disk.commits) {
      if ('trimAt' in commit) continue;
      for (const { room, by, idempotencyKey } of commit.entries) {
        const keys = rooms.get(room.id) ?? new Set();
        // A key is one event, however often it was tried.
        rooms.set(room.id, keys.add(`${by.id} ${idempotencyKey ?? (nameless += 1)}`));
      }
    }
    return Object.fromEntries([...rooms].map(([room, keys]) => [room, keys.size]));
  }
}
