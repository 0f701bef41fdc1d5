import type { Device } from '../actors/device.ts';
import { Den, type DenKind, type Loss, type Person } from '../actors/den.ts';
import { closingScene, type ClosingScene } from './den-scene.ts';
import { sleep } from './waiting.ts';

/** What is played in rooms with members. */
export interface DenPlayOptions extends ClosingScene {
  /** So soon every node goes by who may be in a room while things go wrong, in milliseconds. */
  readonly withinMs: number;
  /** So long a device waits more between two tries, in milliseconds. */
  readonly pauseMs: number;
  /** Counts what may have taken rooms away: then another is made. */
  readonly losses: () => number;
}

const LOSSES: Readonly<Record<DenKind, readonly Loss[]>> = {
  private: ['banned', 'removed', 'left'],
  open: ['banned'],
};
// In one room, of each guest.
const ROUNDS = 3;
const IN_MS = [100, 1_200] as const;
const OUT_MS = [200, 1_500] as const;
const TRY_EVERY_MS = [30, 300] as const;

/** Guests of such rooms are let in and shut out again, while all their devices go on trying whatever they are. */
export class DenPlay {
  readonly #options: DenPlayOptions;
  #isOn = true;
  #playing: Promise<unknown> = Promise.resolve();

  constructor(options: DenPlayOptions) {
    this.#options = options;
  }

  begin(): void {
    this.#playing = this.#play();
  }

  /** Resolves when everything that was begun is over. */
  async end(): Promise<void> {
    this.#isOn = false;
    await this.#playing;
  }

  /** All is quiet: everything once more, in order, and with nothing that may excuse a node. */
  atRest(): Promise<void> {
    return closingScene(this.#options);
  }

  async #play(): Promise<void> {
    const { stage, host, guests, withinMs, losses } = this.#options;
    while (this.#isOn && !stage.isOver()) {
      const before = losses();
      const kind = stage.random.pick(['private', 'private', 'open'] as const);
      const den = await Den.open(stage, host, { kind, withinMs });
      if (!den || losses() !== before) {
        await sleep(TRY_EVERY_MS[1]);
        continue;
      }
      const stays = () => this.#isOn && losses() === before;
      const living = Promise.all(
        guests.map((guest) => this.#live({ den, losses: LOSSES[kind] }, guest, stays)),
      );
      await this.#tryWhile(living, { room: den.room, devices: host.devices, tries: ['publish'] });
      if (losses() === before) await den.close(guests);
      for (const { devices } of [host, ...guests]) for (const device of devices) device.leave();
    }
  }

  async #live(
    { den, losses }: { den: Den; losses: readonly Loss[] },
    guest: Person,
    stays: () => boolean,
  ): Promise<void> {
    const going = this.#comeAndGo({ den, losses }, guest, stays);
    await this.#tryWhile(going, { room: den.room, devices: guest.devices, tries: TRIES });
  }

  async #comeAndGo(
    { den, losses }: { den: Den; losses: readonly Loss[] },
    guest: Person,
    stays: () => boolean,
  ): Promise<void> {
    const { stage, withinMs } = this.#options;
    const { random } = stage;
    for (let round = 0; round < ROUNDS && stays(); round += 1) {
      await den.admit(guest);
      await this.#pass(withinMs + random.between(...IN_MS), stays);
      await den.shutOut(guest, random.pick(losses));
      await this.#pass(withinMs + random.between(...OUT_MS), stays);
    }
  }

  /** Until something is over, every device tries one thing after the other. Both are waited for from the beginning:
   *  either may fail first, when a run ends early. */
  async #tryWhile(something: Promise<unknown>, { room, devices, tries }: Trial): Promise<void> {
    const { stage, pauseMs } = this.#options;
    const { random } = stage;
    const busy = { is: true };
    const over = something.finally(() => {
      busy.is = false;
    });
    const keepTrying = async (device: Device) => {
      while (busy.is) {
        await device[random.pick(tries)](room);
        await sleep(pauseMs + random.between(...TRY_EVERY_MS));
      }
    };
    await Promise.all([over, ...devices.map(keepTrying)]);
  }

  async #pass(ms: number, stays: () => boolean): Promise<void> {
    const until = performance.now() + ms;
    while (stays() && performance.now() < until) await sleep(20);
  }
}

type Try = 'read' | 'publish' | 'follow';

interface Trial {
  readonly room: string;
  readonly devices: readonly Device[];
  readonly tries: readonly Try[];
}

const TRIES: readonly Try[] = ['read', 'publish', 'follow', 'follow'];
