import { RoomError, type Ack } from '../shared/index.ts';
import { toRoomError } from './call-error.ts';
import type { Clock } from './clock.ts';
import { unheeded } from './listeners.ts';
import { retryDelayMs } from './passing.ts';
import { NO_ANSWER, within } from './within.ts';

/** Sends one. @throws whatever goes wrong */
export type Send = (signal: AbortSignal) => Promise<Ack>;

interface Waiting {
  readonly resolve: (ack: Ack) => void;
  readonly reject: (error: RoomError) => void;
}

/** A value that is published again and again. */
interface Slot {
  /** What is sent when its turn comes: the newest. */
  next: Send | undefined;
  /** Who waits for that, those among them whose own was replaced. */
  waiting: Waiting[];
  /** Was one sent just now, or is it still under way? */
  isBusy: boolean;
}

// 20/s: more than that nobody sees move, and readers draw what lies between. A pointer tells of itself 60 to 1,000
// times a second.
const EVERY_MS = 50;
// A server takes 50/s of a connection: several values share 40 of them, the others are left to what is durable.
const SHARE_MS = 25;
// Under way at once: as many as a server takes at once. After a refusal fewer, because each of them may be another
// one, and a server closes on who collects 20/s.
const MOST = 100;
const FEW = 8;
// Each that is taken earns room for a part of another.
const EARNED = 0.1;

/** What a client publishes that is not kept: sent now, or refused. After TOO_MANY nothing is sent until that may have
 *  passed, so that no connection is closed over what a caller does at every move. */
export class LivePublishes {
  readonly #clock: Clock;
  readonly #random: () => number;
  /** In the order of their turns. */
  readonly #slots = new Map<string, Slot>();
  #inFlight = 0;
  #room = MOST;
  #refusals = 0;
  #rest: { readonly until: number; readonly cancel: () => void } | undefined;

  constructor(options: { readonly clock: Clock; readonly random: () => number }) {
    this.#clock = options.clock;
    this.#random = options.random;
  }

  /** Sends now. @throws RoomError TOO_MANY, without asking the server, while it would refuse it */
  async now(send: Send): Promise<Ack> {
    if (!this.#mayLeave()) {
      const leftMs = (this.#rest?.until ?? 0) - this.#clock.now();
      throw new RoomError('TOO_MANY', undefined, { retryAfterMs: Math.max(EVERY_MS, leftMs) });
    }
    return this.#send(send);
  }

  /** Sends a value of which only the newest matters: one at a time and 20 times a second at most, the newest that
   *  waits in place of those before it, the last one always. Resolves with the ack of that one.
   *  @throws RoomError what became of that one */
  newest(name: string, send: Send): Promise<Ack> {
    const slot = this.#slots.get(name) ?? { next: undefined, waiting: [], isBusy: false };
    this.#slots.set(name, slot);
    slot.next = send;
    const answer = new Promise<Ack>((resolve, reject) => slot.waiting.push({ resolve, reject }));
    this.#pump();
    return answer;
  }

  /** Sends a value once more, unless a newer one waits. Nobody hears what becomes of it. */
  again(name: string, send: Send): void {
    if (!this.#slots.get(name)?.next) void unheeded(this.newest(name, send));
  }

  /** Ends: what waits is not sent. */
  close(error: RoomError): void {
    this.#rest?.cancel();
    this.#rest = undefined;
    for (const { waiting } of this.#slots.values()) for (const { reject } of waiting) reject(error);
    this.#slots.clear();
  }

  #mayLeave(): boolean {
    return !this.#rest && this.#inFlight < this.#room;
  }

  #pump(): void {
    for (const [name, slot] of this.#slots) {
      if (!this.#mayLeave()) return;
      if (slot.isBusy) continue;
      // Behind the others: where not all find a place, they take turns.
      this.#slots.delete(name);
      if (slot.next) void this.#sendNewest(this.#slots.set(name, slot).size, slot, slot.next);
    }
  }

  async #sendNewest(count: number, slot: Slot, send: Send): Promise<void> {
    const { waiting } = slot;
    slot.next = undefined;
    slot.waiting = [];
    slot.isBusy = true;
    const pause = new Promise<void>((resolve) => {
      this.#clock.after(Math.max(EVERY_MS, SHARE_MS * count), resolve);
    });
    try {
      const ack = await this.#send(send);
      for (const { resolve } of waiting) resolve(ack);
    } catch (cause) {
      const error = toRoomError(cause);
      if (error.code === 'TOO_MANY') {
        // Sent again, unless there is a newer one by then.
        slot.next ??= send;
        slot.waiting.unshift(...waiting);
      } else for (const { reject } of waiting) reject(error);
    }
    await pause;
    slot.isBusy = false;
    this.#pump();
  }

  async #send(send: Send): Promise<Ack> {
    this.#inFlight += 1;
    try {
      const ack = await within(this.#clock, NO_ANSWER, send);
      this.#refusals = 0;
      this.#room = Math.min(MOST, this.#room + EARNED);
      return ack;
    } catch (cause) {
      const error = toRoomError(cause);
      // Those that come meanwhile were sent before.
      if (error.code === 'TOO_MANY' && !this.#rest) this.#pause(error);
      throw error;
    } finally {
      this.#inFlight -= 1;
      this.#pump();
    }
  }

  #pause(error: RoomError): void {
    const ms = retryDelayMs(error, this.#refusals, this.#random());
    this.#refusals += 1;
    this.#room = FEW;
    const cancel = this.#clock.after(ms, () => {
      this.#rest = undefined;
      this.#pump();
    });
    this.#rest = { until: this.#clock.now() + ms, cancel };
  }
}
