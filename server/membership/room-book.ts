import { RoomError } from '../../shared/index.ts';
import type { Bus } from '../bus/bus.ts';
import type { Revocation } from '../bus/notice.ts';
import type { Clock } from '../clock.ts';
import { roomKey, type RoomName } from '../log/room-log.ts';
import {
  roomPartition,
  userPartition,
  type RecordChange,
  type Records,
} from '../records/records.ts';
import { encode, ROOM, type News, type Parting, type RoomFacts } from './facts.ts';
import { part } from './parting.ts';
import { readRoom, type RoomState } from './room-state.ts';
import { Turns } from './turns.ts';

/** An entry of a user's index. */
export interface IndexEntry {
  readonly userId: string;
  readonly key: string;
}

/** What is to become of a room. */
export interface Change<T> {
  readonly result: T;
  /** The room's own record. Unset: nothing changes at all. */
  readonly facts?: Omit<RoomFacts, 'news'>;
  /** Other records of the room. */
  readonly changes?: readonly RecordChange[];
  readonly news?: readonly Omit<News, 'key'>[];
  /** Index entries to make before, and to take away after it. */
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
  readonly #turns = new Turns();
  /** Rooms whose members are being told that they are closed. */
  readonly #parting = new Set<string>();
  #isClosed = false;

  constructor(options: RoomBookOptions) {
    this.#options = options;
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
        const change = await decide(state);
        if (!change.facts) return change.result;
        if (await this.#store(room, state, change)) {
          await this.#follow(room, change);
          return change.result;
        }
      }
      throw new RoomError('LOG_UNAVAILABLE', 'others change this room all the time; try again');
    });
  }

  /** Tells what a process that died has left untold. */
  tell(room: RoomName): void {
    if (this.#isClosed) return;
    void this.#turns.take(roomKey(room), () => this.#tell(room));
  }

  /** What is untold is told after the next start. */
  close(): void {
    this.#isClosed = true;
  }

  async #store<T>(room: RoomName, state: RoomState, change: Change<T>): Promise<boolean> {
    const { records, clock, newId } = this.#options;
    const untold = state.facts?.news ?? [];
    if (untold.length > MOST_NEWS) throw new RoomError('LOG_UNAVAILABLE');
    const at = encode({ at: clock.now() });
    for (const { userId, key } of change.listed ?? []) {
      await records.write(userPartition(userId), [{ key, value: at }]);
    }
    const fresh = (change.news ?? []).map((one) => ({ ...one, key: `news-${newId()}` }));
    const value = encode({ ...change.facts, news: [...untold, ...fresh] });
    const own = { key: ROOM, value, expected: state.version };
    return records.write(roomPartition(room), [own, ...(change.changes ?? [])]);
  }

  /** From here on the change is done: what goes wrong is no failure of it. */
  async #follow<T>(room: RoomName, { unlisted = [], revoked }: Change<T>): Promise<void> {
    const { records, bus, onError } = this.#options;
    // A room that closes says so in its log before its feeds end; whoever is shut out hears no more.
    const isLast = revoked?.who === 'all';
    await bus.announce({ room, revoked: isLast ? undefined : revoked }).catch(onError);
    await this.#tell(room);
    if (isLast) await bus.announce({ room, revoked }).catch(onError);
    for (const { userId, key } of unlisted) {
      await records.write(userPartition(userId), [{ key, value: null }]).catch(onError);
    }
  }

  async #tell(room: RoomName): Promise<void> {
    const { records, publish } = this.#options;
    try {
      const { facts, version } = await this.read(room);
      if (facts?.parting) void this.#part(room, facts.parting);
      if (!facts || facts.news.length === 0) return;
      for (const news of facts.news) await publish(news);
      const told = { key: ROOM, value: encode({ ...facts, news: [] }), expected: version };
      await records.write(roomPartition(room), [told]);
    } catch (error) {
      this.#tryAgain(room, error);
    }
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
      this.#tryAgain(room, error);
    } finally {
      this.#parting.delete(name);
    }
  }

  async #parted(room: RoomName): Promise<void> {
    const { facts, version } = await this.read(room);
    if (!facts) return;
    const { parting: _, ...rest } = facts;
    const change = { key: ROOM, value: encode(rest), expected: version };
    await this.#options.records.write(roomPartition(room), [change]);
  }

  #tryAgain(room: RoomName, error: unknown): void {
    if (this.#isClosed) return;
    const { clock, onError } = this.#options;
    onError(error);
    clock.after(RETRY_MS, () => this.tell(room));
  }
}
