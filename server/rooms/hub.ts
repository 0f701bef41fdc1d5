import type { Observable } from '@trpc/server/observable';
import {
  limits,
  RoomError,
  type Ack,
  type Contract,
  type Frame,
  type HistoryInput,
  type HistoryPage,
  type Members,
  type MembersInput,
  type RoomEvent,
  type RoomKind,
} from '../../shared/index.ts';
import type { Bus } from '../bus/bus.ts';
import { isMeant, type Notice, type OwnNotice } from '../bus/notice.ts';
import type { Clock } from '../clock.ts';
import { FewATurn } from '../few-a-turn.ts';
import type { RoomLog, RoomName } from '../log/room-log.ts';
import type { Departure, Member, Presence } from '../presence/presence.ts';
import { createTally, type Tally } from '../tally.ts';
import { encodeData } from './encoding.ts';
import { demandPosition } from '../messages/target.ts';
import { Feed, type FeedLimits } from './feed.ts';
import { readHistory } from './history.ts';
import { observeRoom } from './observe-room.ts';
import { OpenRooms } from './open-rooms.ts';
import { Publisher, type Publication } from './publisher.ts';
import { Replays, type ReplayLimits } from './replays.ts';
import type { Room } from './room.ts';
import { demandRoomId } from './room-id.ts';
import { Seats, type Seat } from './seats.ts';
import { Underway } from './underway.ts';
import type { Standing } from './values.ts';
import { createFrameNumbers } from './tracked-frame.ts';

/** What a hub is made from. */
export interface HubOptions {
  readonly contract: Contract;
  readonly log: RoomLog;
  readonly presence: Presence;
  readonly bus: Bus;
  readonly clock: Clock;
  /** Names this node in frame ids: different on every node and at every start. */
  readonly nodeTag: string;
  readonly tally?: Tally;
  /** Of every feed, where they differ from the defaults. */
  readonly feeds?: FeedLimits & ReplayLimits;
  /** Hears why it cannot be asked who may follow a room still. */
  readonly onError: (error: unknown) => void;
}

/** A feed to open. */
export interface Subscription {
  readonly room: RoomName;
  readonly member: Member;
  /** Has the member's connection broken, when the feed ends? Then his seat is held for a while (PRE2).
   *  Unset: he leaves on purpose. */
  readonly isGone?: () => boolean;
  /** May the member follow the room still? Asked where word of it may have been lost; rejects where nobody can
   *  say. Unset: nobody is to be asked. */
  readonly mayStay?: (() => Promise<boolean>) | undefined;
  /** A position or frame id to resume after. */
  readonly since?: string | undefined;
}

/** The rooms of this node. It asks nobody for leave: who may do what is decided above it. */
export class Hub {
  readonly #contract: Contract;
  readonly #log: RoomLog;
  readonly #presence: Presence;
  readonly #bus: Bus;
  readonly #feedLimits: FeedLimits;
  readonly #replays: Replays;
  // A page takes up to 5 ms, and over HTTP anybody may ask for thousands at once.
  readonly #pages = new FewATurn(2);
  readonly #rooms: OpenRooms;
  readonly #publisher: Publisher;
  readonly #tally: Tally;
  readonly #seats: Seats;
  readonly #underway = new Underway();
  readonly #stopListening: () => void;
  readonly #onError: (error: unknown) => void;
  #revocations = 0;
  #isHandingOver = false;
  #isClosed = false;

  constructor(options: HubOptions) {
    this.#contract = options.contract;
    this.#log = options.log;
    this.#presence = options.presence;
    this.#bus = options.bus;
    this.#onError = options.onError;
    this.#seats = new Seats(options.clock, options.onError);
    this.#tally = options.tally ?? createTally();
    this.#feedLimits = options.feeds ?? {};
    this.#replays = new Replays(options.feeds);
    const frameNumber = createFrameNumbers(options.nodeTag);
    this.#rooms = new OpenRooms({ ...options, frameNumber });
    this.#publisher = new Publisher({ ...options, rooms: this.#rooms, frameNumber });
    this.#stopListening = this.#bus.onNotice(
      (notice) => this.#heed(notice),
      () => this.#askAgain(),
    );
  }

  /** How often somebody was shut out of a room so far: who has asked whether he may follow one, and finds
   *  that this has changed since, asks again. */
  get revocations(): number {
    return this.#revocations;
  }

  /** Publishes one event. @throws RoomError CONFLICT, LOG_UNAVAILABLE, RESTARTING */
  publish(publication: Publication): Promise<Ack> {
    return this.run(() => this.#publisher.publish(publication, this.#kindOf(publication.room)));
  }

  /** Does what writes: it is answered before the hub has drained. @throws RoomError RESTARTING */
  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.#isClosed) throw new RoomError('RESTARTING');
    this.#underway.begin();
    try {
      return await work();
    } finally {
      this.#underway.end();
    }
  }

  /** Opens a feed and seats its member until the feed ends. @throws RoomError BAD_INPUT */
  async subscribe({ room: name, member, since, isGone, mayStay }: Subscription): Promise<Feed> {
    const position = since === undefined ? undefined : demandPosition(since);
    return this.#rooms.with(name, this.#kindOf(name), (room) => {
      if (this.#isClosed) throw new RoomError('RESTARTING');
      const feed = new Feed({
        ...this.#feedLimits,
        room,
        replays: this.#replays,
        member,
        since: position,
        onEnd: this.#onFeedEnd,
        tally: this.#tally,
      });
      this.#seats.add(feed, { name, member, isGone, mayStay });
      this.#presence.join(name, member);
      return feed;
    });
  }

  // One function for all feeds.
  readonly #onFeedEnd = (feed: Feed) => {
    const seat = this.#seats.remove(feed);
    if (seat) this.#presence.leave(seat.name, seat.member, this.#departure(feed, seat));
  };

  #departure(feed: Feed, { isGone }: Seat): Departure {
    if (this.#isClosed) return 'drain';
    if (feed.isShutOut) return 'kicked';
    if (this.#isHandingOver) return 'drain';
    return isGone?.() === true ? 'dropped' : 'left';
  }

  /** Ends the feeds of those who are shut out of a room (AUT1), and tells users what concerns them. */
  #heed({ room, revoked, own }: Notice): void {
    if (own) this.#tell(room, own);
    if (!revoked) return;
    this.#revocations += 1;
    this.#rooms.find(room)?.revoke(revoked);
    this.#presence.expel(room, (userId) => isMeant(revoked, userId));
  }

  /** Somebody may have been shut out without a word of it here. */
  #askAgain(): void {
    this.#revocations += 1;
    void this.#seats.askAgain();
  }

  /** A feed that is behind gets `latest` instead when it has caught up. */
  #tell(name: RoomName, { userId, frame }: OwnNotice): void {
    const room = this.#rooms.find(name);
    if (!room) return;
    const { position } = room;
    const { offset } = position;
    for (const feed of this.#seats.of(name, userId)) {
      feed.receive({ id: room.frameId(position), offset, delivery: 'latest', data: frame });
    }
  }

  /** What a room carries once it is open, as a tRPC observable: for code of the server itself. It takes
   *  no seat, replays nothing and is held up by nobody. Errors with what keeps the room from opening. */
  observe(name: RoomName): Observable<Frame<RoomEvent>, unknown> {
    const open = async (use: (room: Room) => void) => {
      demandRoomId(name.id);
      await this.#rooms.with(name, this.#kindOf(name), use);
    };
    return observeRoom(open, this.#onError);
  }

  /** Reads a page of a room's log. @throws RoomError BAD_INPUT, STALE_POSITION, LOG_UNAVAILABLE */
  async history(input: HistoryInput & { kind: string }): Promise<HistoryPage<RoomEvent>> {
    const name = { kind: input.kind, id: input.room };
    await this.#pages.take();
    return readHistory(this.#log, name, this.#kindOf(name), input);
  }

  /** A page of who is in a room, each user once. */
  async members(name: RoomName, page: Omit<MembersInput, 'room'> = {}): Promise<Members> {
    const { after, limit = limits.membersPage } = page;
    return this.#rooms.with(name, this.#kindOf(name), (room) => ({
      room: name.id,
      ...room.members(after, limit),
    }));
  }

  /** The latest values that stand in a room, those that were set first in front. @throws RoomError BAD_INPUT */
  async latest(name: RoomName): Promise<Standing> {
    demandRoomId(name.id);
    return this.#rooms.with(name, this.#kindOf(name), (room) => room.valuesFor(undefined));
  }

  /** Sets what a member says of himself. @throws RoomError TOO_LARGE, NOT_PRESENT, BAD_INPUT */
  async setPresence(name: RoomName, member: Member, state: unknown): Promise<void> {
    if (this.#isClosed) throw new RoomError('RESTARTING');
    const text = encodeData(state);
    if (Buffer.byteLength(text) > limits.presenceBytes) {
      throw new RoomError(
        'TOO_LARGE',
        `a presence state has at most ${limits.presenceBytes} bytes`,
      );
    }
    if (!(await this.#presence.setState(name, member, text))) throw new RoomError('NOT_PRESENT');
  }

  /** Holds the seats of all who leave from now on (PRE2): they were asked to go to another node. */
  handOver(): void {
    this.#isHandingOver = true;
  }

  /** Refuses publishes and feeds from now on. Resolves when the publishes under way are answered. */
  async drain(): Promise<void> {
    this.#isClosed = true;
    await this.#underway.over();
  }

  /** Drains, then ends every feed. Safe to call twice. */
  async close(): Promise<void> {
    await this.drain();
    await Promise.all(this.#seats.feeds.map((feed) => feed.return()));
    await this.#rooms.close();
    this.#stopListening();
  }

  #kindOf({ kind }: RoomName): RoomKind {
    const found = Object.hasOwn(this.#contract, kind) ? this.#contract[kind] : undefined;
    if (!found) throw new RoomError('BAD_INPUT', `no room kind ${JSON.stringify(kind)}`);
    return found;
  }
}
