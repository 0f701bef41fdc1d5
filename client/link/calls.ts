import { RoomError } from '../../shared/index.ts';
import type { Clock } from '../clock.ts';
import { callGuarded } from '../listeners.ts';
import {
  callMessage,
  stopMessage,
  type Call,
  type CallObserver,
  type CallRequest,
} from './call.ts';
import { tooLarge } from '../too-large.ts';
import { decodeError, decodeResult } from './decode.ts';
import { byteLength, FRAME_BYTES, packFrames } from './frames.ts';
import type { Reply } from './incoming.ts';
import type { Socket } from './socket.ts';

/** Where frames go: what calls need of a socket. */
export type Wire = Pick<Socket, 'send' | 'close' | 'giveUp'>;

/** The calls of one socket. Ids count from 1 on each: what many clients ask for in the same order has
 *  the same ids, and the server makes their frames once (TRN2). */
interface Table {
  readonly byId: Map<number, Call>;
  readonly ids: Map<Call, number>;
  nextId: number;
}

// Calls that wait for a connection; one more is refused.
const MOST_WAITING = 1_000;
// A replaced socket may finish what it has begun, and its seats in rooms overlap with the new ones. A node that
// restarts waits for it.
const RETIRE_MS = 2_000;
const RETIRE_AT_LAST_MS = 30_000;

/** The calls of one client. Queries and mutations that wait for a connection are sent when there is
 *  one; those under way when it breaks fail with DISCONNECTED, because they may have been done.
 *  Subscriptions are asked for again, from the last event. */
export class Calls {
  readonly #clock: Clock;
  readonly #tables = new Map<Wire, Table>();
  #current: Wire | undefined;
  #waiting = new Set<Call>();
  #stops: string[] = [];
  #isFlushing = false;
  #final: RoomError | undefined;
  readonly #cancels = new Set<() => void>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Asks. Returns what gives the call up. */
  start(request: CallRequest, observer: CallObserver): () => void {
    const call: Call = { request, observer, lastEventId: undefined };
    const refusal = this.#final ?? this.#refusalOf(call);
    if (refusal) {
      callGuarded(() => observer.error(refusal));
      return () => {};
    }
    this.#waiting.add(call);
    this.#flushSoon();
    return () => this.#giveUp(call);
  }

  /** Sends everything over this socket from now on: what waits, and all subscriptions. */
  use(wire: Wire): void {
    const previous = this.#current;
    this.#current = wire;
    this.#stops = [];
    this.#tables.set(wire, { byId: new Map(), ids: new Map(), nextId: 1 });
    if (previous) this.#retire(previous);
    this.#flush();
  }

  /** Takes an answer. One that nobody waits for is passed over. */
  receive(wire: Wire, reply: Reply): void {
    const table = this.#tables.get(wire);
    const call = table?.byId.get(reply.id);
    if (!table || !call) return;
    const isSubscription = call.request.type === 'subscription';
    if (reply.error !== undefined) return this.#fail(table, call, decodeError(reply.error));
    const result = decodeResult(reply.result);
    if (!result) {
      if (isSubscription) this.#stop(wire, reply.id);
      const message = 'the server sent an answer that cannot be read';
      return this.#fail(table, call, new RoomError('INTERNAL', message));
    }
    if (result.type === 'data' && result.id !== undefined) call.lastEventId = result.id;
    const isLast = !isSubscription || result.type === 'stopped';
    if (isLast) this.#forget(table, call);
    callGuarded(() => call.observer.next(result));
    if (isLast) callGuarded(() => call.observer.complete());
  }

  /** The socket has ended: what was under way on it fails, subscriptions wait for the next. */
  lose(wire: Wire, error: RoomError): void {
    const table = this.#tables.get(wire);
    this.#tables.delete(wire);
    if (this.#current === wire) this.#current = undefined;
    const lost = [...(table?.ids.keys() ?? [])];
    // In front of those that came later: the order of asking stays.
    const again = lost.filter(({ request }) => request.type === 'subscription');
    this.#waiting = new Set([...again, ...this.#waiting]);
    for (const call of lost) {
      if (!this.#waiting.has(call)) callGuarded(() => call.observer.error(error));
    }
    this.#flushSoon();
  }

  /** Stops every subscription before the socket is closed: otherwise the server could not tell that from
   *  a connection that broke, and would hold one's seats in rooms for a while. */
  sayGoodbye(): void {
    const wire = this.#current;
    const table = wire && this.#tables.get(wire);
    if (!table) return;
    for (const [call, id] of table.ids) {
      if (call.request.type === 'subscription') this.#stops.push(stopMessage(id));
    }
    if (this.#stops.length > 0) wire.send(packFrames(this.#stops));
    this.#stops = [];
  }

  /** Ends every call, those to come too. */
  stop(error: RoomError): void {
    this.#final ??= error;
    const open = [...this.#tables.values()].flatMap(({ ids }) => [...ids.keys()]);
    const ended = [...open, ...this.#waiting];
    for (const wire of this.#tables.keys()) wire.close();
    this.#tables.clear();
    this.#waiting.clear();
    this.#current = undefined;
    for (const cancel of this.#cancels) cancel();
    for (const call of ended) callGuarded(() => call.observer.error(error));
  }

  #refusalOf(call: Call): RoomError | undefined {
    if (this.#waiting.size >= MOST_WAITING) {
      return new RoomError('TOO_MANY', 'too many calls wait for a connection');
    }
    try {
      // The server would refuse it, or close the connection over it; the id takes some bytes too.
      const bytes = byteLength(callMessage(0, call)) + 16;
      return bytes > FRAME_BYTES ? tooLarge(bytes, FRAME_BYTES) : undefined;
    } catch (cause) {
      return new RoomError('BAD_INPUT', 'this input cannot be written as JSON', { cause });
    }
  }

  #giveUp(call: Call): void {
    this.#waiting.delete(call);
    for (const [wire, table] of this.#tables) {
      const id = table.ids.get(call);
      if (id === undefined) continue;
      this.#forget(table, call);
      if (call.request.type === 'subscription') this.#stop(wire, id);
      else wire.giveUp(id);
    }
  }

  #stop(wire: Wire, id: number): void {
    if (wire !== this.#current) return;
    this.#stops.push(stopMessage(id));
    this.#flushSoon();
  }

  /** Subscriptions move to the new socket at once: their late frames on the old one answer nothing
   *  any more, and the new one begins after the last that was taken. Nothing comes twice. */
  #retire(wire: Wire): void {
    const table = this.#tables.get(wire);
    if (!table) return;
    const moved = [...table.ids.keys()].filter(({ request }) => request.type === 'subscription');
    for (const call of moved) this.#forget(table, call);
    this.#waiting = new Set([...moved, ...this.#waiting]);
    const close = () => {
      wire.close();
      this.lose(wire, new RoomError('DISCONNECTED'));
    };
    this.#later(RETIRE_MS, () => {
      if (table.ids.size === 0) close();
      else this.#later(RETIRE_AT_LAST_MS - RETIRE_MS, close);
    });
  }

  #later(ms: number, run: () => void): void {
    const cancel = this.#clock.after(ms, () => {
      this.#cancels.delete(cancel);
      run();
    });
    this.#cancels.add(cancel);
  }

  #fail(table: Table, call: Call, error: unknown): void {
    this.#forget(table, call);
    callGuarded(() => call.observer.error(error));
  }

  #forget(table: Table, call: Call): void {
    const id = table.ids.get(call);
    table.ids.delete(call);
    if (id !== undefined) table.byId.delete(id);
  }

  /** What one turn asks for leaves together. */
  #flushSoon(): void {
    if (this.#isFlushing) return;
    this.#isFlushing = true;
    queueMicrotask(() => {
      this.#isFlushing = false;
      this.#flush();
    });
  }

  #flush(): void {
    const wire = this.#current;
    const table = wire && this.#tables.get(wire);
    if (!wire || !table) return;
    const asked = [...this.#waiting].map((call) => {
      const id = table.nextId;
      table.nextId += 1;
      table.byId.set(id, call);
      table.ids.set(call, id);
      return callMessage(id, call);
    });
    const messages = [...this.#stops, ...asked];
    this.#stops = [];
    this.#waiting.clear();
    wire.send(packFrames(messages));
  }
}
