import type { Clock } from '../clock.ts';

// The server forgets after 6 s, by default: so often is enough, and one that is lost does no harm.
const EVERY_MS = 3_000;

/** Says that one does something just now. It may be told at every key: it sends when it begins, every 3 s
 *  while it goes on, and when it is told to stop (TYP1). */
export class ActivitySignal {
  readonly #send: (isOn: boolean) => Promise<unknown>;
  readonly #clock: Clock;
  /** When it was last sent that it goes on. Undefined: it does not. */
  #sentAt: number | undefined;

  constructor(options: { send: (isOn: boolean) => Promise<unknown>; clock: Clock }) {
    this.#send = options.send;
    this.#clock = options.clock;
  }

  /** Does it go on, as far as others were told? */
  get isOn(): boolean {
    return this.#sentAt !== undefined;
  }

  /** @throws RoomError when what had to be sent was refused */
  async say(isOn: boolean): Promise<void> {
    const now = this.#clock.now();
    const isOld = this.#sentAt === undefined || Math.abs(now - this.#sentAt) >= EVERY_MS;
    if (isOn ? !isOld : !this.isOn) return;
    this.#sentAt = isOn ? now : undefined;
    await this.#send(isOn);
  }

  /** Others know that it is over without being told: by what it led to, or because the connection was lost. */
  ended(): void {
    this.#sentAt = undefined;
  }
}
