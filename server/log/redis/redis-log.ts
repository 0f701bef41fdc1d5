import { limits, RoomError, type Retention } from '../../../shared/index.ts';
import type { Clock } from '../../clock.ts';
import { BEGINNING_KEY, DUE_KEY, roomKeys, roomTag } from '../../redis/redis-keys.ts';
import type { RedisLink } from '../../redis/redis-link.ts';
import type { RedisPubSub } from '../../redis/redis-pubsub.ts';
import type { Script } from '../../redis/script.ts';
import { digestOf } from '../digest.ts';
import { newName } from '../new-name.ts';
import type {
  Appended,
  ChangeRange,
  Counted,
  CountRange,
  Entry,
  Page,
  Range,
  RoomLog,
  RoomName,
  StoredEvent,
  Witness,
} from '../room-log.ts';
import { APPEND, CHANGES, COUNT, ERASE, READ } from './log-scripts.ts';
import { OwnEvents } from './own-events.ts';
import { RoomLines } from './room-lines.ts';
import { Scrub } from './scrub.ts';
import { keyWord, parseStored, storedText, unreadable, word } from './stored-text.ts';
import { Trimming } from './trimming.ts';

/** What the Redis log is made from. */
export interface RedisLogOptions {
  readonly link: RedisLink;
  readonly pubsub: RedisPubSub;
  readonly clock: Clock;
  readonly retention: Readonly<Record<string, Retention>>;
  /** Hears of events that cannot be read, in words for the operator. */
  readonly onDamage: (description: string) => void;
  /** Hears of a follower that threw. */
  readonly onError: (error: unknown) => void;
  readonly checkEveryMs?: number;
}

const NOTHING: Range = { after: Number.MAX_SAFE_INTEGER - 1, limit: 0 };
const COUNT_AT_ONCE = 2_000;

/** A log that many nodes share, in Redis. Level `redis`: what Redis has acknowledged is as safe as Redis keeps
 *  it. */
export class RedisLog implements RoomLog {
  readonly level = 'redis';
  readonly #options: RedisLogOptions;
  readonly #link: RedisLink;
  readonly #lines: RoomLines;
  readonly #own = new OwnEvents();
  readonly #scrub: Scrub;
  readonly #trimming: Trimming;
  readonly #damaged = new Set<string>();
  readonly #underway = new Set<Promise<unknown>>();
  #isClosed = false;

  constructor(options: RedisLogOptions) {
    const { link, pubsub, clock, onError, checkEveryMs = 2_000 } = options;
    this.#options = options;
    this.#link = link;
    this.#scrub = new Scrub({ link, clock });
    this.#trimming = new Trimming(options);
    this.#lines = new RoomLines({
      link,
      pubsub,
      clock,
      onError,
      checkEveryMs,
      read: (room, range) => this.#read(room, range),
      bounds: (room) => this.#read(room, NOTHING),
      keep: (room) => this.#read(room, NOTHING, true),
    });
  }

  append(entry: Entry): Promise<Appended> {
    return this.#accept(() => this.#append(entry));
  }

  async read(room: RoomName, range: Range): Promise<Page> {
    const line = await this.#lines.opened(room);
    const page = await this.#read(room, range);
    // Whoever follows the room must not hear of an epoch later than whoever reads it.
    if (line?.tail && line.tail.epoch !== page.epoch) await line.heal();
    return page;
  }

  async bounds(room: RoomName) {
    const { epoch, first, head } = await this.read(room, NOTHING);
    return { epoch, first, head };
  }

  async changes(room: RoomName, { first, last, types }: ChangeRange): Promise<StoredEvent[]> {
    const reply = await this.#run(CHANGES, room, [first, last, words(types)]);
    const items = reply as (number | string | null)[];
    const found: StoredEvent[] = [];
    for (let index = 0; index < items.length; index += 2) {
      const [offset, text] = [Number(items[index]), items[index + 1]];
      if (typeof text === 'string') found.push(this.#parse(room, offset, text));
    }
    return found.toSorted((a, b) => a.offset - b.offset);
  }

  async count(room: RoomName, { after, types, notBy, limit }: CountRange): Promise<Counted> {
    let [count, at, head] = [0, after, Number.MAX_SAFE_INTEGER];
    let epoch: string | undefined;
    // Redis does nothing else meanwhile, so a long way is gone in steps. The room goes on between them.
    for (;;) {
      const range = [at, words(types), word(notBy), limit - count, COUNT_AT_ONCE];
      const reply = await this.#run(COUNT, room, [...range, after, head]);
      const [found, reached, newest, now] = reply as [number, number, number, string];
      // It began anew meanwhile, and so does this.
      if (now !== (epoch ??= now)) return this.count(room, { after, types, notBy, limit });
      head = newest;
      count += found;
      if (count >= limit || reached >= head || reached <= at) return { count, head, epoch };
      at = reached;
    }
  }

  follow(room: RoomName, follower: Parameters<RoomLog['follow']>[1]): () => void {
    return this.#lines.follow(room, follower);
  }

  witness(kind: string, witness: Witness): () => void {
    return this.#own.witness(kind, witness);
  }

  erase(room: RoomName, offset: number): Promise<boolean> {
    return this.#accept(() => this.#erase(room, offset));
  }

  trim(now: number): Promise<void> {
    return this.#trimming.trim(now);
  }

  keyWindowMs(): number {
    return limits.keyWindowMs;
  }

  failure(): string | undefined {
    return this.#isClosed ? 'the log is closed' : this.#link.failure();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.allSettled(this.#underway);
    this.#lines.close();
    await this.#scrub.close();
  }

  /** Has the log wait for it when it closes. */
  async #accept<T>(work: () => Promise<T>): Promise<T> {
    if (this.#isClosed) throw new RoomError('LOG_UNAVAILABLE');
    const working = work();
    this.#underway.add(working);
    try {
      return await working;
    } finally {
      this.#underway.delete(working);
    }
  }

  async #erase(room: RoomName, offset: number): Promise<boolean> {
    const isErased = (await this.#run(ERASE, room, [offset, roomKeys(room)('key:')])) === 1;
    if (isErased) this.#scrub.want();
    return isErased;
  }

  async #append(entry: Entry): Promise<Appended> {
    const { room } = entry;
    if (this.#lines.find(room)) await this.#lines.opened(room);
    const text = storedText(entry);
    const reply = await this.#sendAppend(entry, text);
    const [outcome, epoch, offset, at] = reply as [string, string, number, string];
    if (outcome === 'conflict') throw new RoomError('CONFLICT');
    if (outcome === 'stale') throw new RoomError('STALE_VERSION');
    if (outcome === 'moved') throw new RoomError('STALE_POSITION');
    const done = { epoch, offset, at: Number(at), duplicate: outcome === 'repeat' };
    if (done.duplicate) return done;
    if (entry.erases) this.#scrub.want();
    const line = this.#lines.find(room);
    line?.offer(done, () => this.#parse(room, offset, text));
    if (this.#own.areWanted(room.kind)) {
      await this.#own.tell(room, this.#parse(room, offset, text), epoch);
    }
    await line?.told(done);
    return done;
  }

  #sendAppend(entry: Entry, text: string): Promise<unknown> {
    const { room, by, idempotencyKey: key, about, guard, erases } = entry;
    const keyOf = roomKeys(room);
    const kept = `${keyOf('key:')}${word(by.id)} ${keyWord(key).slice(1)}`;
    return this.#run(
      APPEND,
      room,
      [
        text,
        word(entry.type),
        about ?? '',
        entry.at,
        key ?? '',
        digestOf(entry),
        limits.keyWindowMs,
        this.#mostEventsOf(room),
        this.#trimming.ageOf(room) ?? 0,
        keyOf('live'),
        guard?.version ?? '',
        words(guard?.types ?? []),
        // No type is named so: the event itself goes all the same.
        erases ? `- ${words(erases)}` : '',
        keyOf('key:'),
        guard?.epoch ?? '',
        roomTag(room),
        this.#lines.standsAtNone(room),
        entry.once ? 1 : '',
      ],
      [kept, DUE_KEY],
    );
  }

  async #read(room: RoomName, range: Range, isKept = false): Promise<Page> {
    const [how, offset] = 'after' in range ? ['after', range.after] : ['before', range.before];
    const stands = this.#lines.standsAtNone(room);
    const args = [how, offset, range.limit, stands, isKept ? 1 : 0];
    const reply = await this.#run(READ, room, args);
    const [epoch, head, first, from, texts] = reply as [
      string,
      number,
      number,
      number,
      (string | null)[],
    ];
    const events = texts.map((text, index) => this.#parse(room, from + index, text));
    return { epoch, head, first, events };
  }

  #run(
    script: Script,
    room: RoomName,
    args: readonly (string | number)[],
    more: readonly string[] = [],
  ): Promise<unknown> {
    const keyOf = roomKeys(room);
    const keys = [keyOf('meta'), keyOf('log'), keyOf('about'), BEGINNING_KEY, ...more];
    return this.#link.run(script, keys, [this.#link.life, newName(), ...args]);
  }

  #parse(room: RoomName, offset: number, text: string | null): StoredEvent {
    const event = text === null ? undefined : parseStored(offset, text);
    if (event) return event;
    const tag = roomTag(room);
    if (!this.#damaged.has(tag) && this.#damaged.size < 1_000) {
      this.#damaged.add(tag);
      this.#options.onDamage(`event ${offset} of ${tag} cannot be read and is shown as erased`);
    }
    return unreadable(offset);
  }

  /** Kinds that the contract has no longer keep what they have. */
  #mostEventsOf({ kind }: RoomName): number {
    const { retention } = this.#options;
    const kept = Object.hasOwn(retention, kind) ? retention[kind] : undefined;
    return kept?.maxEvents ?? Number.MAX_SAFE_INTEGER;
  }
}

function words(types: readonly string[]): string {
  return types.map(word).join(' ');
}
