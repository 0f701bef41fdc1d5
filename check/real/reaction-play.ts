import type { Board } from '../actors/board.ts';
import type { Stage } from '../actors/stage.ts';
import { sleep, until } from './waiting.ts';

/** What is played with reactions. */
export interface ReactionPlayOptions {
  readonly stage: Stage;
  /** One for each device; the first also publishes what is reacted to. */
  readonly boards: readonly Board[];
  /** So long a user waits more between two reactions with a name, in milliseconds. */
  readonly pauseMs: number;
  /** Counts new epochs: they begin without reactions, and without the messages that we know of. */
  readonly losses: () => number;
}

const NAMES = ['up', 'down', 'heart'];
const MOST_TARGETS = 4;
const PAUSE_MS = [50, 500] as const;
const TARGET_EVERY_MS = [300, 1_500] as const;
const REMOVE_SHARE = 0.2;
const SHOWN_MS = 45_000;

/** Users react to the same few messages all at once, and take it back; messages come, and some go. */
export class ReactionPlay {
  readonly #options: ReactionPlayOptions;
  #targets: readonly string[] = [];
  #losses = 0;
  /** The highest place that anybody was answered with. */
  #told = 0;
  #isOn = true;
  #playing: Promise<unknown> = Promise.resolve();

  constructor(options: ReactionPlayOptions) {
    this.#options = options;
  }

  begin(): void {
    const users = new Set(this.#options.boards.map(({ user }) => user));
    const reacting = [...users].flatMap((user) => NAMES.map((name) => this.#react(user, name)));
    this.#playing = Promise.all([this.#publish(), ...reacting]);
  }

  /** Resolves when everything that was begun is over. */
  async end(): Promise<void> {
    this.#isOn = false;
    await this.#playing;
  }

  /** All is quiet: everybody reacts to one message more, and all readers and the server tell the same of the last few. */
  async atRest(): Promise<void> {
    const { boards } = this.#options;
    await this.#addTarget();
    const target = this.#known().at(-1);
    if (target !== undefined) {
      const users = [...new Map(boards.map((board) => [board.user, board])).values()];
      // Done again, it changes nothing.
      for (const _ of ['once', 'again']) {
        await Promise.all(users.map((board) => this.#reactTo(board, target, 'up', true)));
      }
    }
    await until(() => boards.every(({ seen }) => seen >= this.#told), SHOWN_MS);
    await until(() => boards.every(({ isSettled }) => isSettled), SHOWN_MS);
    for (const one of this.#known()) {
      for (const board of boards) board.tell(one);
      await boards[0]?.list(one);
    }
  }

  async #publish(): Promise<void> {
    const { random } = this.#options.stage;
    while (this.#isOn) {
      await this.#addTarget();
      await sleep(random.between(...TARGET_EVERY_MS));
      const [oldest] = this.#known();
      if (oldest !== undefined && random.isLikely(REMOVE_SHARE)) await this.#remove(oldest);
    }
  }

  async #addTarget(): Promise<void> {
    const { boards, losses } = this.#options;
    const before = losses();
    const target = await boards[0]?.post();
    if (target === undefined || losses() !== before) return;
    boards[0]?.begin(target);
    this.#targets = [...this.#known(), target].slice(-MOST_TARGETS);
  }

  async #remove(target: string): Promise<void> {
    this.#noteTold(await this.#options.boards[0]?.remove(target));
  }

  /** One user with one name: one thing after the other, from any of his devices. */
  async #react(user: string, name: string): Promise<void> {
    const { stage, boards, pauseMs } = this.#options;
    const { random } = stage;
    const own = boards.filter((board) => board.user === user);
    while (this.#isOn) {
      await sleep(pauseMs + random.between(...PAUSE_MS));
      const targets = this.#known();
      if (targets.length === 0) continue;
      const target = random.pick(targets);
      await this.#reactTo(random.pick(own), target, name, random.isLikely(0.6));
    }
  }

  async #reactTo(board: Board, target: string, name: string, on: boolean): Promise<void> {
    this.#noteTold(await board.react(target, name, on));
  }

  /** Messages of the epoch that is. */
  #known(): readonly string[] {
    const losses = this.#options.losses();
    if (losses !== this.#losses) {
      this.#targets = [];
      this.#told = 0;
    }
    this.#losses = losses;
    return this.#targets;
  }

  #noteTold(offset: number | undefined): void {
    this.#told = Math.max(this.#told, offset ?? 0);
  }
}
