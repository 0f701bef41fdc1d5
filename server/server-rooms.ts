import type { Observable } from '@trpc/server/observable';
import type {
  Ack,
  By,
  Contract,
  DurableEventOf,
  EditableType,
  EventInput,
  EventType,
  FrameOf,
  HistoryInput,
  HistoryPage,
  LatestEventOf,
  LatestFrame,
  MeOf,
  Members,
  MembersInput,
  PresenceOf,
  RoomKind,
} from '../shared/index.ts';
import type { SignOuts } from './auth/sign-outs.ts';
import type { OccupiedOutline } from './membership/outline.ts';
import type { ServerMembership } from './membership/server-membership.ts';
import type { OccupiedRooms } from './presence/presence.ts';
import type { RoomRouters } from './router/room-procedures.ts';

/** The kinds of a contract whose rooms have members. */
export type MembershipKind<R extends Contract> = {
  [K in keyof R & string]: R[K]['membership'] extends true ? K : never;
}[keyof R & string];

/** A durable event, and the id of the room that it was stored in. */
export interface Stored<K extends RoomKind> {
  readonly room: string;
  readonly event: DurableEventOf<K>;
}

/** Rooms, ready to be mounted. */
export interface Rooms<R extends Contract> {
  /** The procedures of each room kind: put them into a router as they are. */
  readonly routers: RoomRouters<R>;

  /** Publishes an event as the server itself, or as somebody: the server may publish every event of
   *  the contract, and nobody is asked. `by`: a user id and a display name, here and in all that follows.
   *  `idempotencyKey`: 1 to 128 printable ASCII characters. `ifPosition`: of a durable event, only where the room stands
   *  at that position, on whichever node it is decided. @throws RoomError BAD_INPUT, CONFLICT, LOG_UNAVAILABLE; with
   *  `ifPosition` STALE_VERSION, where something else was published meanwhile, and STALE_POSITION, where its epoch is
   *  over. What a schema of the contract throws comes as it is, here as in `edit` and `notify` */
  publish<K extends keyof R & string, T extends EventType<R[K]>>(
    kind: K,
    room: string,
    type: T,
    data: EventInput<R[K], T>,
    options?: { by?: By; idempotencyKey?: string; replyTo?: string; ifPosition?: string },
  ): Promise<Ack>;

  /** Gives a message other data, as the server itself or as somebody; nobody is asked.
   *  @throws RoomError BAD_INPUT, NO_SUCH_EVENT, EVENT_REMOVED, STALE_VERSION, LOG_UNAVAILABLE */
  edit<K extends keyof R & string>(
    kind: K,
    room: string,
    target: string,
    data: EventInput<R[K], EditableType<R[K]>>,
    options?: { by?: By; ifVersion?: string },
  ): Promise<Ack>;

  /** Takes a message back, likewise. @throws RoomError BAD_INPUT, NO_SUCH_EVENT, LOG_UNAVAILABLE */
  remove(kind: keyof R & string, room: string, target: string, options?: { by?: By }): Promise<Ack>;
  /** Publishes an event into the private stream of a user: it reaches all his devices, or waits for them.
   *  @throws RoomError as `publish` */
  notify<T extends EventType<MeOf<R>>>(
    userId: string,
    type: T,
    data: EventInput<MeOf<R>, T>,
    options?: { by?: By; idempotencyKey?: string },
  ): Promise<Ack>;

  /** A page of what a room's log holds, as the procedure `history` gives it, with the same limits (200 events, 50 when
   *  not asked); nobody is asked.
   *  @throws RoomError BAD_INPUT, STALE_POSITION, LOG_UNAVAILABLE */
  history<K extends keyof R & string>(
    kind: K,
    room: string,
    page?: Omit<HistoryInput, 'room'>,
  ): Promise<HistoryPage<DurableEventOf<R[K]>>>;

  /** A page of who is in a room now, up to 500; nobody is asked. @throws RoomError BAD_INPUT */
  members<K extends keyof R & string>(
    kind: K,
    room: string,
    page?: Omit<MembersInput, 'room'>,
  ): Promise<Members<PresenceOf<R[K]>>>;

  /** A page of the rooms of a kind that somebody is in now, by id, each with how many users, and with title and
   *  visibility where somebody has made it; nobody is asked. Over several nodes a room may come and go while pages are
   *  read. @throws RoomError BAD_INPUT, LOG_UNAVAILABLE */
  occupied(
    kind: keyof R & string,
    page?: { after?: string | undefined; limit?: number | undefined },
  ): Promise<OccupiedRooms<OccupiedOutline>>;

  /** The position of a room's newest event, `epoch:0` where there is none: to keep beside what was made of the events
   *  up to it. @throws RoomError BAD_INPUT, LOG_UNAVAILABLE */
  position(kind: keyof R & string, room: string): Promise<string>;

  /** Does a connection of a user follow his own stream, on any node, so that what he is notified of reaches him
   *  now? One that broke counts for 15 s longer. @throws RoomError BAD_INPUT, LOG_UNAVAILABLE */
  isOnline(userId: string): Promise<boolean>;

  /** The latest values that stand in a room, with `crowds` of what too many do to be told one by one; nobody is
   *  asked. @throws RoomError BAD_INPUT */
  latest<K extends keyof R & string>(
    kind: K,
    room: string,
  ): Promise<Omit<LatestFrame<LatestEventOf<R[K]>>, 'type'>>;

  /** Ends the feeds that a user has of a room, on all nodes within a second (`revoked`): for a policy of your
   *  own that lets him in no longer. Whether he may come back is its decision. */
  revoke(who: { kind: keyof R & string; room: string; user: string }): Promise<void>;

  /** Signs a user out of everything: tokens issued until now count no more, and what he reached by them ends, on
   *  all nodes within a second. Resolves when new ones count, within a second too.
   *  @throws RoomError BAD_INPUT, LOG_UNAVAILABLE: call again, it may have been done in part */
  readonly signOut: SignOuts['signOut'];

  /** Which tokens count no more, for whoever lets users in: the ready server does, a server of your own should. */
  readonly signOuts: Pick<SignOuts, 'check' | 'follow'>;

  /** Who belongs to the rooms of a kind with `membership`: to make rooms, fill and run them; nobody is asked. */
  membership(kind: MembershipKind<R>): ServerMembership;

  /** What a room carries once it is open, as a tRPC observable: for bots and other code of the server. It
   *  takes no seat and replays nothing; nobody is asked. Errors with what keeps the room from opening. */
  observe<K extends keyof R & string>(kind: K, room: string): Observable<FrameOf<R[K]>, unknown>;

  /** Every durable event that this node stores from now on, in whatever room of a kind, as a tRPC observable: for
   *  code that acts on what happens. Each comes once, on the node that has stored it, those of a room in order,
   *  before their publishers have their acks; at most once, for a process that ends in between tells nobody (SRV2).
   *  `next` is called on the way to the acks: take note in it, and work later. Completes when the rooms close.
   *  @throws RoomError BAD_INPUT */
  stored<K extends keyof R & string>(kind: K): Observable<Stored<R[K]>, never>;

  /** Undefined while publishes are possible, otherwise why they are not. */
  failure(): string | undefined;
  /** Whoever leaves from now on is waited for: he is on his way to another node. */
  handOver(): void;
  /** Refuses publishes from now on. Resolves when those under way are answered. */
  drain(): Promise<void>;
  /** Drains, ends every feed, closes the log. Safe to call twice. */
  close(): Promise<void>;
}

/** Rooms as the code of a ready server has them: they close with it. */
export type RoomsInside<R extends Contract> = Omit<Rooms<R>, 'handOver' | 'drain' | 'close'>;
