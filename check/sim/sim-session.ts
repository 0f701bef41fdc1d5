import {
  callTRPCProcedure,
  getTRPCErrorFromUnknown,
  isTrackedEnvelope,
  type AnyTRPCRouter,
} from '@trpc/server';
import { isPushSource, PUSH, type PushItem, type PushSource } from '../../server/push.ts';
import { errorCodeOf } from '../../server/router/error-shape.ts';
import type { RoomsContext } from '../../server/router/trpc.ts';
import { RoomError } from '../../shared/index.ts';
import type { Request, ToClient, ToServer, TrackedData } from './messages.ts';

/** What a session is made from. */
export interface SimSessionOptions {
  readonly router: AnyTRPCRouter;
  readonly context: Omit<RoomsContext, 'socket'>;
  readonly send: (message: ToClient) => void;
  /** Frames on the way to the client before streams pause. */
  readonly window: number;
  /** Are streams pulled, as those of other adapters are, and not pushed? */
  readonly pulls: boolean;
  /** Hears of a stream that does not keep to what a sink is promised. */
  readonly onError: (error: unknown) => void;
}

const OPEN = 1;
const CLOSED = 3;

/** The server's end of one connection: calls procedures as the WebSocket transport does, with frames
 *  for bytes. */
export class SimSession {
  readonly #options: SimSessionOptions;
  readonly #streams = new Map<number, () => void>();
  /** As rooms see a WebSocket. */
  readonly #socket = { readyState: OPEN, close: () => {} };
  /** Frames that the client has not taken yet. */
  #onTheWay = 0;
  /** Those who wait for it to take some. */
  #waiting: (() => void)[] = [];
  #isClosed = false;

  constructor(options: SimSessionOptions) {
    this.#options = options;
  }

  receive(message: ToServer): void {
    if (this.#isClosed) return;
    if (message.type === 'stop') this.#streams.get(message.id)?.();
    else void this.#answer(message);
  }

  /** The client has taken a frame. */
  taken(): void {
    this.#onTheWay -= 1;
    if (this.#onTheWay > this.#options.window / 2) return;
    for (const wake of this.#waiting.splice(0)) wake();
  }

  /** The connection is gone, as far as the server has noticed. */
  close(): void {
    this.#isClosed = true;
    this.#socket.readyState = CLOSED;
    for (const stop of this.#streams.values()) stop();
    for (const wake of this.#waiting.splice(0)) wake();
  }

  async #answer({ id, type, path, input }: Request): Promise<void> {
    const abort = new AbortController();
    if (type === 'subscription') this.#streams.set(id, () => abort.abort());
    try {
      const result: unknown = await callTRPCProcedure({
        router: this.#options.router,
        ctx: { ...this.#options.context, socket: this.#socket },
        path,
        type,
        getRawInput: async () => input,
        signal: abort.signal,
        batchIndex: 0,
      });
      if (type !== 'subscription') this.#options.send({ id, type: 'result', result });
      else await this.#stream(id, result, abort.signal);
    } catch (error) {
      this.#fail(id, error);
    }
  }

  async #stream(id: number, result: unknown, signal: AbortSignal): Promise<void> {
    if (!isPushSource(result)) throw new Error('sim-session: no stream');
    if (this.#options.pulls)
      return this.#pull(id, result as PushSource & AsyncIterable<unknown>, signal);
    this.#push(id, result, signal);
  }

  #push(id: number, source: PushSource, signal: AbortSignal): void {
    let isTold = false;
    const hasRoom = () => {
      if (isTold || !this.#isFull()) return !isTold;
      isTold = true;
      this.#waiting.push(() => {
        isTold = false;
        control.resume();
      });
      return false;
    };
    const control = source[PUSH]({
      hasRoom,
      push: (item) => {
        // TRN4: nothing is pushed to a full reader before `resume`.
        if (isTold) this.#options.onError(new Error('sim-session: pushed to a full reader'));
        this.#sendFrame(id, item);
        return hasRoom();
      },
      end: (error) => {
        if (signal.aborted) return;
        if (error === undefined) this.#options.send({ id, type: 'done' });
        else this.#fail(id, error);
      },
    });
    signal.addEventListener('abort', () => control.stop());
    if (signal.aborted) control.stop();
  }

  async #pull(id: number, source: AsyncIterable<unknown>, signal: AbortSignal): Promise<void> {
    // As an adapter does with a stream that nobody reads on.
    const iterator = source[Symbol.asyncIterator]();
    signal.addEventListener('abort', () => void iterator.return?.());
    if (signal.aborted) await iterator.return?.();
    for await (const envelope of { [Symbol.asyncIterator]: () => iterator }) {
      if (signal.aborted) return;
      if (!isTrackedEnvelope(envelope)) throw new Error('sim-session: an untracked frame');
      this.#sendFrame(id, { id: envelope[0], data: envelope[1] });
      while (this.#isFull() && !this.#isClosed) {
        await new Promise<void>((resolve) => this.#waiting.push(resolve));
      }
    }
    if (!signal.aborted) this.#options.send({ id, type: 'done' });
  }

  #sendFrame(id: number, { id: trackedBy, data }: PushItem | TrackedData): void {
    this.#onTheWay += 1;
    this.#options.send({ id, type: 'frame', frame: { id: trackedBy, data } });
  }

  #isFull(): boolean {
    return this.#onTheWay >= this.#options.window;
  }

  #fail(id: number, cause: unknown): void {
    const error = getTRPCErrorFromUnknown(cause);
    this.#options.send({
      id,
      type: 'error',
      error: new RoomError(errorCodeOf(error), error.message),
    });
  }
}
