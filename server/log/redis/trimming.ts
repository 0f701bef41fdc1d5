import { DAY, HOUR, type Retention } from '../../../shared/index.ts';
import { DUE_KEY, roomKeys, roomOfTag } from '../../redis/redis-keys.ts';
import type { RedisLink } from '../../redis/redis-link.ts';
import type { RoomName } from '../room-log.ts';
import { TRIM } from './log-scripts.ts';

/** What trimming is made from. */
export interface TrimmingOptions {
  readonly link: RedisLink;
  /** By room kind. */
  readonly retention: Readonly<Record<string, Retention>>;
  /** Hears of a room that cannot be trimmed; it is tried again later. */
  readonly onError: (error: unknown) => void;
}

// Beyond this nothing expires.
const FOREVER_MS = 3_650 * DAY;
const EVENTS_AT_ONCE = 500;
const ROOMS_AT_ONCE = 1_000;
const SCANNED_AT_ONCE = 1_000;
const PUT_OFF_MS = HOUR;

/** Removes events that are past their age, of all rooms in Redis. Any node may do it, and several at once. */
export class Trimming {
  readonly #options: TrimmingOptions;
  #areDueHastened = false;

  constructor(options: TrimmingOptions) {
    this.#options = options;
  }

  /** How old events of a room become, in milliseconds; 0: as old as they like. Undefined: the contract does not
   *  know the kind (any more), or not yet. */
  ageOf({ kind }: RoomName): number | undefined {
    const { retention } = this.#options;
    const maxAgeMs = Object.hasOwn(retention, kind) ? retention[kind]?.maxAgeMs : undefined;
    return maxAgeMs !== undefined && maxAgeMs > FOREVER_MS ? 0 : maxAgeMs;
  }

  /** @throws RoomError LOG_UNAVAILABLE */
  async trim(now: number): Promise<void> {
    const { link } = this.#options;
    if (!this.#areDueHastened) await this.#hasten(now);
    this.#areDueHastened = true;
    const range = ['-inf', String(now), 'LIMIT', '0', String(ROOMS_AT_ONCE)];
    const due = await link.command(['ZRANGEBYSCORE', DUE_KEY, ...range]);
    for (const tag of Array.isArray(due) ? (due as string[]) : []) {
      // Of a room whose keys somebody else uses the others must not wait for ever.
      await this.#trimRoom(tag, now).catch((error: unknown) => this.#putOff(tag, now, error));
    }
  }

  /** Has rooms looked at that are due later than any can be by what is kept now: that was more, before this node
   *  began. */
  async #hasten(now: number): Promise<void> {
    const { link } = this.#options;
    let cursor = '0';
    do {
      const scan = ['ZSCAN', DUE_KEY, cursor, 'COUNT', String(SCANNED_AT_ONCE)];
      const [next, due] = (await link.command(scan)) as [string, string[]];
      const late = due.filter((tag, index) => {
        const room = index % 2 === 0 ? roomOfTag(tag) : undefined;
        const age = room && this.ageOf(room);
        return age !== undefined && age > 0 && Number(due[index + 1]) > now + age;
      });
      const scores = late.flatMap((tag) => ['0', tag]);
      if (late.length > 0) await link.command(['ZADD', DUE_KEY, 'XX', ...scores]);
      cursor = next;
    } while (cursor !== '0');
  }

  async #trimRoom(tag: string, now: number): Promise<void> {
    const { link } = this.#options;
    const room = roomOfTag(tag);
    if (!room) return void (await link.command(['ZREM', DUE_KEY, tag]));
    const keyOf = roomKeys(room);
    const keys = [keyOf('meta'), keyOf('log'), keyOf('about'), DUE_KEY];
    const age = this.ageOf(room);
    const cutoff = age === undefined || age === 0 ? 0 : Math.max(0, now - age);
    let from = 0;
    do {
      const args = [tag, cutoff, now, EVENTS_AT_ONCE, from, age ?? ''];
      from = Number(await link.run(TRIM, keys, args));
    } while (from > 0);
  }

  /** Has a room trimmed later. @throws RoomError LOG_UNAVAILABLE: it was no trouble of the room alone */
  async #putOff(tag: string, now: number, error: unknown): Promise<void> {
    await this.#options.link.command(['ZADD', DUE_KEY, String(now + PUT_OFF_MS), tag]);
    this.#options.onError(error);
  }
}
