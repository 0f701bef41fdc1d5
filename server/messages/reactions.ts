import {
  formatPosition,
  RoomError,
  SERVER,
  type Ack,
  type By,
  type Reacted,
  type Reaction,
  type RoomEvent,
} from '../../shared/index.ts';
import type { Clock } from '../clock.ts';
import { Joiner } from '../joiner.ts';
import { roomKey, type RoomLog } from '../log/room-log.ts';
import { Turns } from '../turns.ts';
import { roomPartition, type RecordChange, type Records } from '../records/records.ts';
import { encodeData } from '../rooms/encoding.ts';
import { appendAcked, removedSince } from './append.ts';
import { FIRST_USERS, missingUsers, react } from './reaction-rules.ts';
import {
  allReactions,
  formatOwn,
  keyAt,
  ownName,
  ownReactions,
  REACTIONS,
  reactionsKey,
} from './reaction-records.ts';
import { isRemoved, type Target } from './target.ts';

// A message that many react to at once costs its room four events a second.
const JOIN_MS = 250;
const MAX_TRIES = 20;
const TOO_MANY = 'too many react to this message at once';
// What a summary must know of before it is told.
const TOLD_TYPES = ['reacted', 'removed'] as const;
const PAGE = 200;
// Of messages that are kept no more: with each new reaction a few of the oldest go.
const SWEEP = 10;

/** A reaction of one user. */
export interface ReactionInput {
  readonly user: By;
  readonly name: string;
  readonly on: boolean;
}

interface Stored {
  readonly all: readonly Reaction[];
  readonly isNew: boolean;
}

/** Reactions to messages. What each user has reacted with, and what that comes to, are records of the room;
 *  what it comes to is told as an event of the log, joined per message and 250 ms. */
export class Reactions {
  readonly #log: RoomLog;
  readonly #records: Records;
  readonly #clock: Clock;
  readonly #summaries: Joiner<Ack>;
  readonly #turns = new Turns();

  constructor(log: RoomLog, records: Records, clock: Clock) {
    this.#log = log;
    this.#records = records;
    this.#clock = clock;
    this.#summaries = new Joiner(clock, JOIN_MS);
  }

  /** Reacts, and resolves when the summary that says so is stored. What changes nothing is answered with the
   *  newest summary. @throws RoomError NO_SUCH_EVENT, EVENT_REMOVED, BAD_INPUT (too many names),
   *  LOG_UNAVAILABLE */
  async react(target: Target, input: ReactionInput): Promise<Ack> {
    if (!target.spec.life.reactions) throw new RoomError('NO_SUCH_EVENT');
    if (isRemoved(target)) throw new RoomError('EVENT_REMOVED');
    // Of many at once on this node each would find that another was faster.
    const { all, isNew } = await this.#turns.take(nameOf(target), () => this.#store(target, input));
    return !isNew && isTold(target.slot.reacted, all)
      ? toldAlready(target, this.#log)
      : this.#summaries.ask(nameOf(target), () => this.#tellOrForget(target));
  }

  /** Forgets who has reacted to a message that was removed. */
  async forget(target: Target): Promise<void> {
    const partition = roomPartition(target.room);
    for (;;) {
      const records = await this.#records.list(partition, {
        prefix: reactionsKey(target),
        limit: PAGE,
      });
      const gone = records.map(({ key }) => ({ key, value: null }));
      if (gone.length > 0) await this.#records.write(partition, gone);
      if (records.length < PAGE) return;
    }
  }

  /** Writes one user's reaction and what all come to then. Returns that, and whether it is news. */
  async #store(target: Target, input: ReactionInput): Promise<Stored> {
    const [partition, key] = [roomPartition(target.room), reactionsKey(target)];
    const ownKey = `${key}${input.user.id}`;
    const mode = target.spec.life.reactions ?? 'distinct';
    for (let tries = 1; tries <= MAX_TRIES; tries += 1) {
      const ownRecord = await this.#records.read(partition, ownKey);
      const allRecord = await this.#records.read(partition, key);
      const all = allReactions(allRecord?.value);
      const after = react({ own: ownReactions(ownRecord?.value), all }, input, mode);
      if (!after) return { all, isNew: false };
      const summary = await this.#fill(target, { before: all, after: after.all }, input.user.id);
      const own = after.own.size > 0 ? formatOwn(after.own, input.user) : null;
      const changes: RecordChange[] = [
        { key: ownKey, value: own, expected: ownRecord?.version ?? 0 },
        { key, value: JSON.stringify(summary), expected: allRecord?.version ?? 0 },
        ...(allRecord ? [] : await this.#sweep(target)),
      ];
      if (await this.#records.write(partition, changes)) return { all: summary, isNew: true };
    }
    throw new RoomError('LOG_UNAVAILABLE', TOO_MANY);
  }

  /** What was stored while the message was being removed may have come after the forgetting. */
  async #tellOrForget(target: Target): Promise<Ack> {
    try {
      return await this.#tell(target);
    } catch (error) {
      if (error instanceof RoomError && error.code === 'EVENT_REMOVED') await this.forget(target);
      throw error;
    }
  }

  /** Of two nodes that tell at once, the later one looks again at what it is about to say. */
  async #tell(target: Target): Promise<Ack> {
    const { room, position, stored } = target;
    const { offset, epoch } = position;
    for (let tries = 1; tries <= MAX_TRIES; tries += 1) {
      const guard = { types: TOLD_TYPES, version: await this.#toldAt(target), epoch };
      const record = await this.#records.read(roomPartition(room), reactionsKey(target));
      const reactions = allReactions(record?.value);
      const data: Reacted = { target: formatPosition(position), of: stored.type, reactions };
      const entry = { room, type: 'reacted', data: encodeData(data), by: SERVER, about: offset };
      try {
        return await appendAcked(this.#log, { ...entry, at: this.#clock.now(), guard });
      } catch (error) {
        if (!(error instanceof RoomError) || error.code !== 'STALE_VERSION') throw error;
      }
    }
    throw new RoomError('LOG_UNAVAILABLE', TOO_MANY);
  }

  /** Where the newest summary stands; without one, the message. @throws RoomError EVENT_REMOVED */
  async #toldAt({ room, position: { offset } }: Target): Promise<number> {
    const range = { first: offset, last: offset, types: TOLD_TYPES };
    const told = await this.#log.changes(room, range);
    if (told.some(({ type }) => type === 'removed')) throw removedSince();
    return told.at(-1)?.offset ?? offset;
  }

  /** Names others where one of the first users has taken his reaction back. */
  async #fill(
    target: Target,
    { before, after: all }: { before: readonly Reaction[]; after: readonly Reaction[] },
    notBy: string,
  ): Promise<readonly Reaction[]> {
    const missing = new Map(
      missingUsers(before, all).map((name) => [
        name,
        all.find((one) => one.name === name)?.users ?? [],
      ]),
    );
    if (missing.size === 0) return all;
    const key = reactionsKey(target);
    for await (const { id, name: userName, own } of this.#everybody(target, key)) {
      if (id === notBy) continue;
      for (const [name, users] of missing) {
        const isNew = own.has(name) && !users.some((user) => user.id === id);
        if (isNew) missing.set(name, [...users, { id, name: userName }].slice(0, FIRST_USERS));
      }
      if ([...missing.values()].every(({ length }) => length === FIRST_USERS)) break;
    }
    return all.map((one) => ({ ...one, users: missing.get(one.name) ?? one.users }));
  }

  async *#everybody(target: Target, key: string) {
    let after: string = key;
    for (;;) {
      const range = { prefix: key, after, limit: PAGE };
      const page = await this.#records.list(roomPartition(target.room), range);
      for (const record of page) {
        const own = ownReactions(record.value);
        yield { id: record.key.slice(key.length), name: ownName(record.value), own };
      }
      if (page.length < PAGE) return;
      after = page.at(-1)?.key ?? after;
    }
  }

  async #sweep({ room, position }: Target): Promise<RecordChange[]> {
    const { first } = await this.#log.bounds(room);
    const range = { prefix: REACTIONS, limit: SWEEP };
    const oldest = await this.#records.list(roomPartition(room), range);
    return oldest
      .filter(({ key }) => isOlder(key, first) && !key.startsWith(keyAt(position.offset)))
      .map(({ key }) => ({ key, value: null }));
  }
}

function isOlder(key: string, first: number): boolean {
  return Number(key.slice(REACTIONS.length, REACTIONS.length + 16)) < first;
}

function nameOf({ room, position }: Target): string {
  return `${roomKey(room)} ${formatPosition(position)}`;
}

/** Does the newest summary in the log say what is so? */
function isTold(reacted: RoomEvent | undefined, all: readonly Reaction[]): boolean {
  const told = (reacted?.data as Reacted | undefined)?.reactions ?? [];
  return JSON.stringify(told) === JSON.stringify(all);
}

function toldAlready({ slot, position, stored }: Target, { level }: RoomLog): Ack {
  const at = formatPosition(position);
  const answer = slot.reacted ?? { id: at, position: at, at: new Date(stored.at) };
  return { id: answer.id, position: answer.position, at: answer.at, level, duplicate: true };
}
