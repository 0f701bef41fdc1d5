import type { LogReader } from '../actors/log-reader.ts';
import type { Stage } from '../actors/stage.ts';
import type { CrewMember } from './crew.ts';
import { deedsOn } from './deeds.ts';
import type { Venue } from './venue.ts';
import { sleep } from './waiting.ts';

/** What it is made from. Who is there when it begins takes part. */
export interface RoutineParts {
  readonly stage: Stage;
  readonly venue: Venue;
  readonly crew: readonly CrewMember[];
  readonly readers: readonly LogReader[];
  /** How long a writer waits between two publishes, on average, in milliseconds. */
  readonly pauseMs: number;
}

const READ_EVERY_MS = 250;
const SAY_EVERY_MS = [200, 2_000] as const;

/** What goes on all the time of a run: the crew writes and says what it is at, the log is read, and the server's
 *  memory is looked at. */
export class Routine {
  readonly #parts: RoutineParts;
  #isWriting = true;
  #isReading = true;
  #memory = 0;
  #working: Promise<unknown>[] = [];

  constructor(parts: RoutineParts) {
    this.#parts = parts;
  }

  /** The most that the server has had, in bytes. 0: it is not known. */
  get memory(): number {
    return this.#memory;
  }

  begin(): void {
    const { stage, crew, readers } = this.#parts;
    const writing = crew.flatMap(({ writers }) => writers.map((writer) => this.#write(writer)));
    const { activity } = stage.subject;
    if (activity !== undefined) writing.push(...crew.map((one) => this.#say(one, activity)));
    this.#working = [...writing, ...readers.map((reader) => this.#read(reader)), this.#measure()];
  }

  stopWriting(): void {
    this.#isWriting = false;
  }

  stopReading(): void {
    this.#isReading = false;
  }

  /** Resolves when nothing of it goes on any more, once it was stopped. */
  async over(): Promise<void> {
    await Promise.all(this.#working);
  }

  async #write(writer: CrewMember['writers'][number]): Promise<void> {
    const { stage, pauseMs } = this.#parts;
    const { random, subject } = stage;
    const deeds = deedsOn(subject);
    while (this.#isWriting) {
      if (pauseMs > 0) await sleep(random.between(0, 2 * pauseMs));
      await writer.send();
      for (const [share, act] of deeds) if (random.isLikely(share)) await act(writer);
    }
  }

  async #say(member: CrewMember, activity: string): Promise<void> {
    const { random } = this.#parts.stage;
    while (this.#isWriting) {
      await sleep(random.between(...SAY_EVERY_MS));
      member.say(activity, true);
    }
    member.say(activity, false);
  }

  async #read(reader: LogReader): Promise<void> {
    while (this.#isReading) {
      await sleep(READ_EVERY_MS);
      // What it could not read now it reads the next time.
      await reader
        .readOn()
        .then(() => reader.readNewest('scribe'))
        .catch(() => {});
    }
  }

  async #measure(): Promise<void> {
    while (this.#isReading) {
      await sleep(READ_EVERY_MS);
      this.#memory = Math.max(this.#memory, this.#parts.venue.memory?.() ?? 0);
    }
  }
}
