import { ErrorReply } from '@redis/client';
import { StartError } from '../start-error.ts';
import { addressOf } from './start-failure.ts';
import { lifeOf, parseInfo, unfitness, type RedisInfo, type Settings } from './start-check.ts';

/** What it is asked through. */
export interface RedisLifeOptions {
  readonly url: string;
  readonly send: (args: string[]) => Promise<unknown>;
  /** Hears when Redis begins to keep less than it did. */
  readonly onLessKept: () => void;
}

/** Which process of Redis this is, and whether it keeps all that it acknowledges, as it says itself. */
export class RedisLife {
  readonly #options: RedisLifeOptions;
  #info: RedisInfo | undefined;
  #settings: Settings | undefined;
  #name = '';

  constructor(options: RedisLifeOptions) {
    this.#options = options;
  }

  /** See `lifeOf`. */
  get name(): string {
    return this.#name;
  }

  /** Is there a file that commands are written to? */
  get isAof(): boolean {
    return this.#settings?.isAof ?? this.#info?.isAof ?? false;
  }

  /** Asks all, of a connection that is new. @throws StartError when rooms cannot be kept there */
  async ask(): Promise<void> {
    const info = parseInfo(String(await this.#options.send(['INFO'])));
    const unfit = unfitness(info);
    if (unfit) throw new StartError(`${unfit.reason} (${addressOf(this.#options.url)})`, unfit);
    this.#info = info;
    // It need not say.
    this.#settings = await this.#read().catch(() => undefined);
    this.#name = lifeOf(info, this.#settings);
  }

  /** Asks whether all is kept still, of a connection that is open. What it begins to keep meanwhile is believed of the
   *  next one: a file that has just been begun is not whole. Never rejects. */
  async look(): Promise<void> {
    const info = this.#info;
    if (!info || this.#name !== lifeOf(info, ALL_KEPT)) return;
    const settings = await this.#read().catch((error: unknown) => {
      // Whoever may not ask any more does not know. What is in the way of an answer for now is asked again.
      return isRefused(error) ? undefined : this.#settings;
    });
    if (this.#info !== info) return;
    this.#settings = settings;
    const name = lifeOf(info, settings);
    if (name === this.#name) return;
    this.#name = name;
    this.#options.onLessKept();
  }

  async #read(): Promise<Settings> {
    const names = ['appendonly', 'appendfsync', 'no-appendfsync-on-rewrite'];
    const of = valuesOf(await this.#options.send(['CONFIG', 'GET', ...names]));
    return {
      isAof: of.get('appendonly') === 'yes',
      isSynced: of.get('appendfsync') === 'always',
      isSteady: of.get('no-appendfsync-on-rewrite') === 'no',
    };
  }
}

const ALL_KEPT: Settings = { isAof: true, isSynced: true, isSteady: true };

function isRefused(error: unknown): boolean {
  return error instanceof ErrorReply && /^(NOPERM|ERR)/.test(error.message);
}

/** The values in the answer to CONFIG GET, of either protocol. */
function valuesOf(reply: unknown): Map<unknown, unknown> {
  if (!Array.isArray(reply)) return new Map(Object.entries(reply ?? {}));
  return new Map(reply.flatMap((name, at) => (at % 2 === 0 ? [[name, reply[at + 1]]] : [])));
}
