import type { WebSocket } from 'ws';
import { systemClock, type Clock } from '../../clock.ts';
import { Deadlines } from '../../deadlines.ts';
import type { SlowReaders } from './slow-readers.ts';
import type { Stalling } from './stall-watch.ts';

const PING_MS = 30_000;
const PONG_WAIT_MS = 5_000;
// Half a second of thirty: a server whose thousands of connections are silent sleeps meanwhile.
const SLACK = 1 / 60;

/** A connection that may have gone without a word. */
export interface Pinged {
  ping(): void;
  cut(): void;
  /** Its outgoing side, where that may be looked at. */
  readonly outbound?: Stalling;
}

/** What `handleKeepAlive` does, for all connections of a handler with two timers in all. */
export class KeepAlives {
  readonly #silent: Deadlines<Pinged>;
  readonly #asked: Deadlines<Pinged>;
  readonly #slow: SlowReaders | undefined;
  /** Who has not answered, and is neither cut nor asked again yet. */
  readonly #late = new Set<Pinged>();
  /** Those of a turn: the kernel tells of all at once. */
  #turn: Pinged[] = [];

  /** `slow`: who is not cut though he has not answered. Unset: nobody. */
  constructor(options: {
    clock: Clock;
    pingMs: number | undefined;
    pongWaitMs: number | undefined;
    slow?: SlowReaders | undefined;
  }) {
    const { clock, pingMs = PING_MS, pongWaitMs = PONG_WAIT_MS, slow } = options;
    this.#slow = slow;
    this.#asked = new Deadlines({
      clock,
      ms: pongWaitMs,
      onDue: (one) => this.#onLate(one),
      // After a stall the answers of all of them lie in the kernel.
      readsFirst: true,
    });
    this.#silent = new Deadlines({
      clock,
      ms: pingMs,
      slackMs: pingMs * SLACK,
      onDue: (one) => {
        this.#asked.set(one);
        one.ping();
      },
    });
  }

  /** Something has come, or the connection is new. */
  heard(one: Pinged): void {
    this.#late.delete(one);
    this.#asked.clear(one);
    this.#silent.set(one);
  }

  forget(one: Pinged): void {
    this.#late.delete(one);
    this.#asked.clear(one);
    this.#silent.clear(one);
  }

  #onLate(one: Pinged): void {
    if (!this.#slow || !one.outbound) return one.cut();
    this.#late.add(one);
    if (this.#turn.push(one) === 1) setImmediate(() => void this.#judge(this.#slow));
  }

  async #judge(slow: SlowReaders | undefined): Promise<void> {
    const turn = this.#turn.splice(0);
    const readers = await slow?.among(turn.flatMap(({ outbound = [] }) => outbound));
    for (const one of turn) {
      // Heard meanwhile, or gone.
      if (!this.#late.delete(one)) continue;
      if (one.outbound && readers?.has(one.outbound)) this.#silent.set(one);
      else one.cut();
    }
  }
}

/** Sends `PING` after `pingMs` of silence (default 30,000), and cuts the connection when nothing has
 *  come `pongWaitMs` later (default 5,000). Anything that comes counts. */
export function handleKeepAlive(client: WebSocket, pingMs?: number, pongWaitMs?: number): void {
  const keepAlives = new KeepAlives({ clock: systemClock, pingMs, pongWaitMs });
  const one = { ping: () => client.send('PING'), cut: () => client.terminate() };
  client.on('message', () => keepAlives.heard(one));
  client.on('close', () => keepAlives.forget(one));
  keepAlives.heard(one);
}
