import { createClient, ErrorReply } from '@redis/client';
import { RoomError } from '../../shared/index.ts';
import type { Clock } from '../clock.ts';
import { Deadlines } from '../deadlines.ts';
import { StartError } from '../start-error.ts';
import { connectAnew, isGarbled } from './garbled.ts';
import { startFailure } from './start-failure.ts';
import { isPingRefused, Refusals } from './refusals.ts';
import type { Script } from './script.ts';
import { ScriptRuns } from './script-runs.ts';
import { RedisLife } from './redis-life.ts';

/** What a link to Redis is made from. */
export interface RedisLinkOptions {
  /** `redis://` or `rediss://`, with user, password and database where they are needed. */
  readonly url: string;
  readonly clock: Clock;
  /** What is loaded at every connection. */
  readonly scripts: readonly Script[];
  /** Hears when Redis cannot be used (with the reason) and when it can be again (undefined). */
  readonly onTrouble: (reason: string | undefined) => void;
  /** Hears when Redis begins to keep less of what it acknowledges. */
  readonly onLessKept?: (() => void) | undefined;
  /** How long a command may take, in milliseconds. Default 2,000. */
  readonly patienceMs?: number;
}

// Beyond this many unanswered commands Redis is too slow for what is asked of it.
const MAX_UNANSWERED = 20_000;
const RETRY_MS = 300;

interface Call {
  readonly resolve: (reply: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/** The connection for commands. It answers or refuses within its patience, keeps nothing for later and sends
 *  nothing twice: whoever publishes has a key to try again with. It comes back by itself. */
export class RedisLink {
  readonly #options: RedisLinkOptions;
  readonly #client: ReturnType<typeof plainClient>;
  readonly #deadlines: Deadlines<Call>;
  readonly #refusals: Refusals;
  readonly #runs: ScriptRuns;
  readonly #life: RedisLife;
  readonly #calls = new Set<Call>();
  readonly #onUsable = new Set<() => void>();
  /** Why it cannot be used now. */
  #trouble: string | undefined = NEW;
  #isClosed = false;
  #onIdle: (() => void) | undefined;

  private constructor(options: RedisLinkOptions) {
    this.#options = options;
    const { clock, patienceMs = 2_000, url } = options;
    this.#client = plainClient(url);
    const onDue = (call: Call) => this.#late(call);
    // After a stall of ours the answers of a healthy Redis are there, and not read yet.
    this.#deadlines = new Deadlines({ clock, ms: patienceMs, onDue, readsFirst: true });
    this.#refusals = new Refusals(options.onTrouble);
    this.#runs = new ScriptRuns({
      command: (args) => this.command(args),
      // Somebody has emptied Redis's cache of scripts.
      isMissing: (error) => causeOf(error).startsWith('NOSCRIPT'),
      maxWaiting: MAX_UNANSWERED,
      full: () => unavailable('too many at once'),
    });
    this.#client.on('error', (error: unknown) => this.#failed(error));
    this.#life = new RedisLife({
      url,
      send: (args) => this.#client.sendCommand(args),
      onLessKept: () => options.onLessKept?.(),
    });
    this.#client.on('ping-interval', () => {
      this.#refusals.pingDone();
      // Its settings may be changed while it runs.
      void this.#life.look();
    });
  }

  /** @throws StartError when Redis cannot be reached, refuses us, or would lose what it is given */
  static async open(options: RedisLinkOptions): Promise<RedisLink> {
    const link = new RedisLink(options);
    try {
      await link.#connect();
      return link;
    } catch (error) {
      link.#isClosed = true;
      if (link.#client.isOpen) link.#client.destroy();
      throw error instanceof StartError ? error : startFailure(options.url, error);
    }
  }

  /** Names the process of Redis that it was last connected to, and says whether it keeps all (`lifeOf`). */
  get life(): string {
    return this.#life.name;
  }

  /** Is there a file that commands are written to? */
  get isAof(): boolean {
    return this.#life.isAof;
  }

  /** Undefined while it can be used, otherwise why not. */
  failure(): string | undefined {
    return this.#trouble ?? this.#refusals.reason;
  }

  /** Calls `run` whenever a connection has become usable. */
  onUsable(run: () => void): void {
    this.#onUsable.add(run);
  }

  /** Sends a command. @throws RoomError LOG_UNAVAILABLE */
  command(args: readonly string[]): Promise<unknown> {
    if (this.#isClosed) return Promise.reject(unavailable('Redis is closed'));
    if (this.#trouble !== undefined) return Promise.reject(unavailable(this.#trouble));
    if (this.#calls.size >= MAX_UNANSWERED) return Promise.reject(unavailable('too many at once'));
    return this.#send(args);
  }

  /** Runs a script, as a rule in the order of the calls (`ScriptRuns`). @throws RoomError LOG_UNAVAILABLE */
  async run(
    script: Script,
    keys: readonly string[],
    args: readonly (string | number)[],
  ): Promise<unknown> {
    const rest = [String(keys.length), ...keys, ...args.map(String)];
    const reply = await this.#runs.run(script, rest);
    this.#refusals.scriptDone();
    return reply;
  }

  /** Waits for what is under way, then closes. Safe to call twice. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    if (this.#calls.size > 0) await new Promise<void>((resolve) => (this.#onIdle = resolve));
    if (this.#client.isOpen) this.#client.destroy();
  }

  #done(call: Call): void {
    this.#deadlines.clear(call);
    this.#calls.delete(call);
    if (this.#calls.size === 0) this.#onIdle?.();
  }

  #send(args: readonly string[]): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const call: Call = { resolve, reject };
      this.#calls.add(call);
      this.#deadlines.set(call);
      this.#client.sendCommand([...args]).then(
        (reply: unknown) => {
          this.#done(call);
          this.#answered();
          resolve(reply);
        },
        (error: unknown) => {
          this.#done(call);
          if (error instanceof ErrorReply) this.#answered();
          this.#refusals.failed(error);
          reject(unavailable('Redis has not done it', error));
        },
      );
    });
  }

  /** Whatever the answer is, Redis is there. */
  #answered(): void {
    if (this.#trouble === SLOW) this.#say(undefined);
  }

  /** It answers again, or another connection is made: until then nothing is sent. */
  #late(call: Call): void {
    this.#done(call);
    call.reject(unavailable(SLOW));
    if (this.#trouble === undefined) this.#say(SLOW);
  }

  #failed(error: unknown): void {
    if (isPingRefused(this.#client, error)) return this.#refusals.pingFailed(error);
    const isLeft = isGarbled(this.#client, error);
    this.#lost(error);
    if (!isLeft) return;
    const { clock } = this.#options;
    connectAnew(this.#client, { clock, isWanted: () => !this.#isClosed });
  }

  #lost(error: unknown): void {
    if (this.#isClosed) return;
    const words = error instanceof Error ? error.message || error.name : String(error);
    this.#say(`Redis cannot be reached: ${words}`);
  }

  #say(trouble: string | undefined): void {
    if ((this.#trouble === undefined) !== (trouble === undefined)) this.#options.onTrouble(trouble);
    this.#trouble = trouble;
  }

  async #connect(): Promise<void> {
    // At start the first failure is the answer.
    let failure: unknown;
    const note = (error: unknown) => {
      failure ??= error;
    };
    this.#client.on('error', note);
    try {
      await Promise.race([this.#client.connect(), failed(this.#client)]);
    } catch (error) {
      throw startFailure(this.#options.url, failure ?? error);
    } finally {
      this.#client.off('error', note);
    }
    await this.#greet();
    this.#client.on('ready', () => this.#return());
  }

  #return(): void {
    this.#greet().catch((error: unknown) => {
      this.#lost(error);
      // Redis may still be reading its files.
      this.#options.clock.after(RETRY_MS, () => {
        if (this.#client.isReady && !this.#isClosed) this.#return();
      });
    });
  }

  /** Before anything else is sent it must be known whether this is the same data as before. */
  async #greet(): Promise<void> {
    await this.#life.ask();
    for (const { source } of this.#options.scripts) {
      await this.#client.sendCommand(['SCRIPT', 'LOAD', source]);
    }
    if (this.#isClosed) return;
    if (this.#trouble === NEW) this.#trouble = undefined;
    this.#say(undefined);
    for (const run of this.#onUsable) run();
  }
}

const NEW = 'not connected yet';
const SLOW = 'Redis does not answer in time';

function plainClient(url: string) {
  return createClient({
    url,
    RESP: 3,
    disableOfflineQueue: true,
    // Ours are for the whole way; those of the client would cost a timer for every command.
    commandOptions: { timeout: 0 },
    pingInterval: 2_000,
    socket: {
      connectTimeout: 3_000,
      // A line that is dead and does not say so.
      socketTimeout: 6_000,
      reconnectStrategy: (tries) => Math.min(1_000, 50 * 2 ** Math.min(tries, 5)),
    },
  });
}

function failed(client: ReturnType<typeof plainClient>): Promise<never> {
  return new Promise((_, reject) => client.once('error', reject));
}

function unavailable(message: string, cause?: unknown): RoomError {
  return new RoomError('LOG_UNAVAILABLE', message, { cause });
}

function causeOf(error: unknown): string {
  return error instanceof RoomError && error.cause instanceof Error ? error.cause.message : '';
}
