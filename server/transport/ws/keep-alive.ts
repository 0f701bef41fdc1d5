import type { WebSocket } from 'ws';
import { systemClock, type Clock } from '../../clock.ts';
import { Deadlines } from '../../deadlines.ts';

const PING_MS = 30_000;
const PONG_WAIT_MS = 5_000;
// Half a second of thirty: a server whose thousands of connections are silent sleeps meanwhile.
const SLACK = 1 / 60;

/** A connection that may have gone without a word. */
export interface Pinged {
  ping(): void;
  cut(): void;
}

/** What `handleKeepAlive` does, for all connections of a handler with two timers in all. */
export class KeepAlives {
  readonly #silent: Deadlines<Pinged>;
  readonly #asked: Deadlines<Pinged>;

  constructor(options: {
    clock: Clock;
    pingMs: number | undefined;
    pongWaitMs: number | undefined;
  }) {
    const { clock, pingMs = PING_MS, pongWaitMs = PONG_WAIT_MS } = options;
    this.#asked = new Deadlines({
      clock,
      ms: pongWaitMs,
      onDue: (one) => one.cut(),
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
    this.#asked.clear(one);
    this.#silent.set(one);
  }

  forget(one: Pinged): void {
    this.#asked.clear(one);
    this.#silent.clear(one);
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
