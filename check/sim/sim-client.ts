import type { RoomCalls } from '../../client/index.ts';
import { RoomError, type RoomKind } from '../../shared/index.ts';
import type { Clock } from '../../server/clock.ts';
import type { Random } from '../random.ts';
import { machineClock } from './machine-clock.ts';
import type { Request, ToClient, ToServer, TrackedData } from './messages.ts';
import type { SimProcess } from './sim-process.ts';
import type { SimSession } from './sim-session.ts';
import type { VirtualTime } from './virtual-time.ts';
import { Wire, type Weather } from './wire.ts';

/** What becomes of a request. */
interface Asked {
  readonly request: Request;
  readonly onResult: (result: unknown) => void;
  readonly onFrame: (frame: TrackedData) => void;
  readonly onError: (error: RoomError) => void;
  readonly onDone: () => void;
}

/** One connection while it lasts. */
interface Link {
  readonly session: SimSession;
  readonly up: Wire<ToServer>;
  readonly down: Wire<ToClient>;
  /** What was sent over it and has no end yet. */
  readonly asked: Map<number, Asked>;
}

/** When a connection breaks by itself: `request`: with the next publish on its way. `reply`: when it
 *  was done, with the answer on its way. */
export type Trap = 'request' | 'reply';

/** A client's machine in the simulated world: one connection that comes back, and calls over it. What
 *  is asked while there is none waits for the next one, as it does in tRPC's own link. */
export class SimClient {
  readonly user: string;
  /** His machine's. */
  readonly clock: Clock;
  readonly weather: Weather = { delayMs: 20, spacingMs: 0, stalledUntil: 0 };
  readonly #time: VirtualTime;
  readonly #random: Random;
  readonly #server: () => SimProcess | undefined;
  readonly #sessionId: string | undefined;
  readonly #longestAway: number;
  #link: Link | undefined;
  #waiting: Asked[] = [];
  #count = 0;
  #trap: Trap | undefined;
  #isClosed = false;

  constructor(options: {
    user: string;
    time: VirtualTime;
    random: Random;
    server: () => SimProcess | undefined;
    /** What it calls itself. Unset: nothing, as stock clients. */
    sessionId?: string | undefined;
    /** Milliseconds between two attempts to connect at most. */
    longestAway?: number;
  }) {
    this.user = options.user;
    this.#time = options.time;
    this.#random = options.random;
    this.clock = machineClock(options.time, options.random.fork('clock'));
    this.#server = options.server;
    this.#sessionId = options.sessionId;
    this.#longestAway = options.longestAway ?? 2_000;
    this.#connectSoon(0);
  }

  /** The procedures of one room kind, as a tRPC client has them. */
  calls<K extends RoomKind>(kind: string): RoomCalls<K> {
    const call = (type: 'query' | 'mutation', name: string) => (input: unknown) =>
      new Promise((resolve, reject) => {
        const ignore = () => {};
        const request = this.#request(type, `${kind}.${name}`, input);
        this.#ask({ request, onResult: resolve, onError: reject, onFrame: ignore, onDone: ignore });
      });
    const calls = {
      publish: { mutate: call('mutation', 'publish') },
      history: { query: call('query', 'history') },
      members: { query: call('query', 'members') },
      edit: { mutate: call('mutation', 'edit') },
      remove: { mutate: call('mutation', 'remove') },
      markRead: { mutate: call('mutation', 'markRead') },
      unread: { query: call('query', 'unread') },
      setPresence: { mutate: call('mutation', 'setPresence') },
      events: { subscribe: this.#subscribe.bind(this, `${kind}.events`) },
    };
    // Procedure by procedure what the kind's contract says.
    return calls as unknown as RoomCalls<K>;
  }

  /** Breaks the connection: what is under way is lost. Both ends notice, each in its own time. */
  cut(): void {
    const link = this.#link;
    if (!link) return;
    this.#link = undefined;
    link.up.cut();
    link.down.cut();
    this.#time.after(this.#random.between(0, 8_000), () => link.session.close());
    this.#time.after(this.#random.between(0, 200), () => {
      for (const { onError } of link.asked.values()) onError(new RoomError('DISCONNECTED'));
      link.asked.clear();
    });
    this.#connectSoon(this.#random.between(50, this.#longestAway));
  }

  /** Breaks the connection at a chosen moment. */
  set(trap: Trap | undefined): void {
    this.#trap = trap;
  }

  close(): void {
    this.#isClosed = true;
    const link = this.#link;
    this.#link = undefined;
    link?.up.cut();
    link?.down.cut();
    link?.session.close();
  }

  #request(type: Request['type'], path: string, input: unknown): Request {
    return { id: (this.#count += 1), type, path, input };
  }

  #subscribe(
    path: string,
    input: unknown,
    callbacks: {
      onData: (frame: never) => void;
      onError: (error: unknown) => void;
      onComplete: () => void;
    },
  ): { unsubscribe(): void } {
    const request = this.#request('subscription', path, input);
    let isOver = false;
    const unlessOver =
      <A extends unknown[]>(run: (...args: A) => void) =>
      (...args: A) => {
        if (!isOver) run(...args);
      };
    this.#ask({
      request,
      onResult: () => {},
      onFrame: unlessOver((frame) => callbacks.onData(frame as never)),
      onError: unlessOver(callbacks.onError),
      onDone: unlessOver(callbacks.onComplete),
    });
    return {
      unsubscribe: () => {
        isOver = true;
        this.#waiting = this.#waiting.filter((asked) => asked.request !== request);
        if (this.#link?.asked.delete(request.id))
          this.#link.up.send({ id: request.id, type: 'stop' });
      },
    };
  }

  #ask(asked: Asked): void {
    if (!this.#link) this.#waiting.push(asked);
    else this.#send(this.#link, asked);
  }

  #send(link: Link, asked: Asked): void {
    link.asked.set(asked.request.id, asked);
    link.up.send(asked.request);
    if (this.#trap === 'request' && asked.request.type === 'mutation') this.#spring();
  }

  #spring(): void {
    this.#trap = undefined;
    this.cut();
  }

  #connectSoon(ms: number): void {
    this.#time.after(ms, () => {
      if (this.#link || this.#isClosed) return;
      const link = this.#open();
      if (!link) return this.#connectSoon(this.#random.between(50, this.#longestAway));
      this.#link = link;
      for (const asked of this.#waiting.splice(0)) this.#send(link, asked);
    });
  }

  #open(): Link | undefined {
    const who = { user: this.user, sessionId: this.#sessionId };
    const session = this.#server()?.accept(who, (message) => this.#reply(link, message));
    if (!session) return undefined;
    const wire = { time: this.#time, random: this.#random, weather: this.weather };
    const link: Link = {
      session,
      asked: new Map(),
      up: new Wire({ ...wire, deliver: (message: ToServer) => session.receive(message) }),
      down: new Wire({ ...wire, deliver: (message: ToClient) => this.#receive(link, message) }),
    };
    return link;
  }

  /** The server sends. */
  #reply(link: Link, message: ToClient): void {
    const type = link.asked.get(message.id)?.request.type;
    if (this.#trap === 'reply' && type === 'mutation' && link === this.#link) return this.#spring();
    link.down.send(message);
  }

  #receive(link: Link, message: ToClient): void {
    if (message.type === 'frame') link.session.taken();
    const asked = link.asked.get(message.id);
    if (message.type === 'frame') return asked?.onFrame(message.frame);
    link.asked.delete(message.id);
    if (message.type === 'result') asked?.onResult(message.result);
    else if (message.type === 'error') asked?.onError(message.error);
    else asked?.onDone();
  }
}
