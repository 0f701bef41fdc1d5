import { RoomError } from '../../shared/index.ts';
import type { Bus } from '../bus/bus.ts';
import type { Revocation } from '../bus/notice.ts';
import type { Clock } from '../clock.ts';
import { roomKey, type RoomName } from '../log/room-log.ts';
import { roomPartition, type RecordChange, type Records } from '../records/records.ts';
import {
  encode,
  isUntold,
  ROOM,
  type DecidedFacts,
  type News,
  type Parting,
  type RoomFacts,
} from './facts.ts';
import { part } from './parting.ts';
import { readRoom, type RoomState } from './room-state.ts';
import { Turns } from './turns.ts';
import { createUserIndex, type IndexEntry, type SeenEntry, type UserIndex } from './user-index.ts';

/** What is to become of a room. */
export interface Change<T> {
  readonly result: T;
  /** The room's own record. Unset: nothing changes at all. */
  readonly facts?: DecidedFacts;
  /** Other records of the room. */
  readonly changes?: readonly RecordChange[];
  readonly news?: readonly Omit<News, 'key'>[];
  /** Index entries to make before (where nothing changes, those that are missing), and to take away after it. */
  readonly listed?: readonly IndexEntry[];
  readonly unlisted?: readonly IndexEntry[];
  readonly revoked?: Revocation;
}

/** What a book is made from. */
export interface RoomBookOptions {
  readonly records: Records;
  readonly bus: Bus;
  readonly clock: Clock;
  readonly newId: () => string;
  readonly publish: (news: News) => Promise<unknown>;
  /** Hears of what went wrong after a change was stored; it is tried again. */
  readonly onError: (error: unknown) => void;
}

// Tries of a change that other nodes come in the way of.
const MOST_TRIES = 20;
const RETRY_MS = 5_000;
// Beyond, the log takes no events: nothing more is changed that nobody can be told of.
const MOST_NEWS = 100;

/** Changes what rooms are, one change of a room after the other. Every change writes the room's own record
 *  on condition of its version, so what it was decided on still holds when it is done, on however many
 *  nodes. */
export class RoomBook {
  readonly #options: RoomBookOptions;
  readonly #index: UserIndex;
  readonly #turns = new Turns();
  /** Rooms whose members are being told that they are closed. */
  readonly #parting = new Set<string>();
  /** Rooms that are looked at again in a while. */
  readonly #waiting = new Set<string>();
  #isClosed = false;

  constructor(options: RoomBookOptions) {
    this.#options = options;
    this.#index = createUserIndex(options);
  }

  read(room: RoomName): Promise<RoomState> {
    return readRoom(this.#options.records, room);
  }

  /** Does what `decide` says. Resolves when it is stored and, as far as the log takes events, told.
   *  @throws RoomError whatever `decide` throws, LOG_UNAVAILABLE */
  change<T>(room: RoomName, decide: (state: RoomState) => Promise<Change<T>>): Promise<T> {
    return this.#turns.take(roomKey(room), async () => {
      for (let tries = 0; tries < MOST_TRIES; tries += 1) {
        const state = await this.read(room);
        const change = await this.#decide(room, state, decide);
        if (!change.facts) {
          await this.#index.complete(change.listed ?? []);
          return change.result;
        }
        // Another node may list anew, after the change, what this one is about to take away.
        const unlisted = await this.#index.see(change.unlisted ?? []);
        const { facts } = change;
        if (await this.#store(room, state, { ...change, facts })) {
          await this.#follow(room, unlisted);
          return change.result;
        }
      }
      throw new RoomError('LOG_UNAVAILABLE', 'others change this all the time; try again');
    });
  }

  /** Tells what is untold, by a process that died or that could not. */
  tell(room: RoomName): void {
    if (this.#isClosed) return;
    void this.#turns.take(roomKey(room), () => this.#tell(room));
  }

  /** What is untold is told after the next start. */
  close(): void {
    this.#isClosed = true;
  }

  /** What changes nothing may ask again for a change whose answer was lost: then that is told first. */
  async #decide<T>(
    room: RoomName,
    state: RoomState,
    decide: (state: RoomState) => Promise<Change<T>>,
  ): Promise<Change<T>> {
    let isChange = false;
    try {
      const change = await decide(state);
      isChange = change.facts !== undefined;
      return change;
    } finally {
      if (!isChange && state.facts && isUntold(state.facts)) await this.#tell(room);
    }
  }

  async #store<T>(
    room: RoomName,
    state: RoomState,
    change: Change<T> & { readonly facts: DecidedFacts },
  ): Promise<boolean> {
    const { bus, onError } = this.#options;
    const untold = state.facts?.news ?? [];
    if (untold.length > MOST_NEWS) throw new RoomError('LOG_UNAVAILABLE');
    if (!(await this.#index.add(change.listed ?? []))) return false;
    const facts = this.#factsOf(state, change);
    try {
      return await this.#write(room, { facts, expected: state.version }, change.changes);
    } catch (error) {
      // It may be there all the same: no node may go on by what was so before, and who looks tells.
      void bus.announce({ room }).catch(onError);
      this.#lookAgain(room);
      throw error;
    }
  }

  /** Whoever comes by can see whether all of it has been told: a node may die before it has told it. */
  #write(
    room: RoomName,
    { facts, expected }: { facts: RoomFacts; expected: number },
    more: readonly RecordChange[] = [],
  ): Promise<boolean> {
    const own = { key: ROOM, value: encode(facts), expected };
    return this.#options.records.write(roomPartition(room), [own, ...more], isUntold(facts));
  }

  /** What the room is after a change, with all that is to be told. */
  #factsOf<T>(
    { facts }: RoomState,
    { facts: now, news = [], revoked }: Change<T> & { readonly facts: DecidedFacts },
  ): RoomFacts {
    const { newId } = this.#options;
    const fresh = news.map((one) => ({ ...one, key: `news-${newId()}` }));
    const revocations = [...(facts?.revocations ?? []), ...(revoked ? [revoked] : [])];
    return {
      ...now,
      news: [...(facts?.news ?? []), ...fresh],
      revocations: revocations.length > 0 ? revocations : undefined,
    };
  }

  /** From here on the change is done: what goes wrong is no failure of it. */
  async #follow(room: RoomName, unlisted: readonly SeenEntry[]): Promise<void> {
    const { bus, onError } = this.#options;
    // Nothing to be told, or another node was faster, which this one may not have heard yet.
    if (!(await this.#tell(room))) await bus.announce({ room }).catch(onError);
    for (const entry of unlisted) await this.#index.remove(entry).catch(onError);
  }

  /** False: there is nothing to tell. What cannot be told now is told later. */
  async #tell(room: RoomName): Promise<boolean> {
    const { bus, publish, onError } = this.#options;
    try {
      const state = await this.read(room);
      const { facts, version } = state;
      if (facts?.parting) void this.#part(room, facts.parting);
      const { news = [], revocations = [] } = facts ?? {};
      if (!facts || news.length + revocations.length === 0) return false;
      // A room that closes says so in its log before its feeds end; whoever is shut out hears no more.
      const isLast = ({ who }: Revocation) => who === 'all';
      const first = await standing(
        state,
        revocations.filter((one) => !isLast(one)),
      );
      if (first.length === 0) await bus.announce({ room });
      for (const revoked of first) await bus.announce({ room, revoked });
      try {
        for (const one of news) await publish(one);
      } finally {
        // They end also where the log does not take that now.
        for (const revoked of revocations.filter(isLast)) await bus.announce({ room, revoked });
      }
      const told = { ...facts, news: [], revocations: undefined };
      await this.#write(room, { facts: told, expected: version });
    } catch (error) {
      onError(error);
      this.#lookAgain(room);
    }
    return true;
  }

  /** Many people, so nobody waits for it, and no turn is taken until all of them have been told. */
  async #part(room: RoomName, parting: Parting): Promise<void> {
    const name = roomKey(room);
    if (this.#parting.has(name)) return;
    this.#parting.add(name);
    try {
      await part(this.#options, room, parting);
      await this.#turns.take(name, () => this.#parted(room));
    } catch (error) {
      this.#options.onError(error);
      this.#lookAgain(room);
    } finally {
      this.#parting.delete(name);
    }
  }

  async #parted(room: RoomName): Promise<void> {
    const { facts, version } = await this.read(room);
    if (!facts) return;
    const { parting: _, ...rest } = facts;
    await this.#write(room, { facts: rest, expected: version });
  }

  #lookAgain(room: RoomName): void {
    const name = roomKey(room);
    if (this.#isClosed || this.#waiting.has(name)) return;
    this.#waiting.add(name);
    this.#options.clock.after(RETRY_MS, () => {
      this.#waiting.delete(name);
      this.tell(room);
    });
  }
}

/** Those that still hold: who belongs to the room by now stays, come back or come since. */
async function standing(
  state: RoomState,
  revocations: readonly Revocation[],
): Promise<readonly Revocation[]> {
  const now = await Promise.all(revocations.map((one) => standingNow(state, one)));
  return now.flatMap((one) => one ?? []);
}

async function standingNow(
  { member, members }: RoomState,
  revoked: Revocation,
): Promise<Revocation | undefined> {
  const { who, reason } = revoked;
  if (who === 'all') return revoked;
  if ('only' in who) return (await member(who.only)) ? undefined : revoked;
  // Not many: a room takes no more members while a hundred news wait with this.
  const except: string[] = [];
  for await (const { userId } of members()) except.push(userId);
  return { who: { except }, reason };
}
