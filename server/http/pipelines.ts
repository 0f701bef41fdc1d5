import type { ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';

// Browsers and HTTP libraries have one request under way on a connection; those that pipeline, a handful.
const MOST = 16;

/** The answers that connections wait for. Node reads a packet to its end before it heeds that nobody takes them:
 *  one of 60 KB asks for a thousand. */
export class Pipelines {
  readonly #unfinished = new WeakMap<Duplex, Set<ServerResponse>>();

  /** Waits for one more, until it closes. False: more are waited for than anybody needs. */
  add(socket: Duplex, res: ServerResponse): boolean {
    const all = this.#unfinished.get(socket) ?? new Set();
    this.#unfinished.set(socket, all.add(res));
    res.once('close', () => all.delete(res));
    return all.size <= MOST;
  }

  /** Has it had all that it asked for? */
  isIdle(socket: Duplex): boolean {
    return this.#unfinished.get(socket)?.size === 0;
  }

  /** Has part of an answer been sent, which nothing else may stand in? */
  isWithinAnswer(socket: Duplex): boolean {
    return [...(this.#unfinished.get(socket) ?? [])].some((res) => res.headersSent);
  }
}
