import type { Observable } from '@trpc/server/observable';
import {
  isDerived,
  ROOM_ID,
  RoomError,
  SERVER,
  withMe,
  type Ack,
  type By,
  type Contract,
  type DurableEventOf,
  type EditableType,
  type EventInput,
  type EventType,
  type FrameOf,
  type HistoryInput,
  type HistoryPage,
  type LatestEventOf,
  type LatestFrame,
  type MeOf,
  type Members,
  type MembersInput,
  type PresenceOf,
  type RoomKind,
} from '../shared/index.ts';
import { withDeadline, type Authorize } from './auth/authorize.ts';
import { createSignOuts, type SignOuts } from './auth/sign-outs.ts';
import type { RoomName } from './log/room-log.ts';
import { mountLife } from './messages/mount-life.ts';
import { findTarget } from './messages/target.ts';
import type { Records } from './records/records.ts';
import { createRoomKeeping } from './membership/room-keeping.ts';
import type { ServerMembership } from './membership/server-membership.ts';
import { Hub, type HubOptions } from './rooms/hub.ts';
import { meRoom } from './rooms/me-room.ts';
import { PublishMeter, type PublishLimits } from './rooms/publish-limits.ts';
import type { RoomRouters } from './router/room-procedures.ts';
import { allRouters } from './router/all-routers.ts';
import { startTrimming, type TrimmingOptions } from './trimming.ts';

/** The kinds of a contract whose rooms have members. */
export type MembershipKind<R extends Contract> = {
  [K in keyof R & string]: R[K]['membership'] extends true ? K : never;
}[keyof R & string];

/** Rooms, ready to be mounted. */
export interface Rooms<R extends Contract> {
  /** The procedures of each room kind: put them into a router as they are. */
  readonly routers: RoomRouters<R>;

  /** Publishes an event as the server itself, or as somebody: the server may publish every event of
   *  the contract, and nobody is asked. @throws RoomError BAD_INPUT, CONFLICT, LOG_UNAVAILABLE */
  publish<K extends keyof R & string, T extends EventType<R[K]>>(
    kind: K,
    room: string,
    type: T,
    data: EventInput<R[K], T>,
    options?: { by?: By; idempotencyKey?: string; replyTo?: string },
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

  /** Takes a message back, likewise. @throws RoomError NO_SUCH_EVENT, LOG_UNAVAILABLE */
  remove(kind: keyof R & string, room: string, target: string, options?: { by?: By }): Promise<Ack>;
  /** Publishes an event into the private stream of a user: it reaches all his devices, or waits for them.
   *  @throws RoomError as `publish` */
  notify<T extends EventType<MeOf<R>>>(
    userId: string,
    type: T,
    data: EventInput<MeOf<R>, T>,
    options?: { by?: By; idempotencyKey?: string },
  ): Promise<Ack>;

  /** A page of what a room's log holds, as the procedure `history` gives it; nobody is asked.
   *  @throws RoomError BAD_INPUT, STALE_POSITION, LOG_UNAVAILABLE */
  history<K extends keyof R & string>(
    kind: K,
    room: string,
    page?: Omit<HistoryInput, 'room'>,
  ): Promise<HistoryPage<DurableEventOf<R[K]>>>;

  /** A page of who is in a room now; nobody is asked. */
  members<K extends keyof R & string>(
    kind: K,
    room: string,
    page?: Omit<MembersInput, 'room'>,
  ): Promise<Members<PresenceOf<R[K]>>>;

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

/** Puts the parts together: contract and storage in, tRPC procedures out. */
export function mountRooms<R extends Contract>(
  options: Omit<HubOptions, 'contract'> & {
    contract: R;
    records: Records;
    newId: () => string;
    authorize: Authorize;
    /** Null: publishing is not limited. */
    publishing: PublishLimits | null;
    trimEveryMs: number;
    onClockLeap: TrimmingOptions['onClockLeap'];
    onError: (error: unknown) => void;
  },
): Rooms<R> {
  const { log, records, presence, bus, clock } = options;
  const contract = withMe(options.contract);
  const authorize = withDeadline(options.authorize, clock);
  // Before the hub: who is shut out of a room is no longer known as its member when his feeds end.
  const keeping = createRoomKeeping({
    ...options,
    contract,
    publish: ({ key, ...news }) => hub.publish({ ...news, idempotencyKey: key }),
  });
  const { book } = keeping;
  const hub = new Hub({ ...options, contract });
  const signOuts = createSignOuts({ records, bus, clock });
  const meter = options.publishing
    ? new PublishMeter(options.publishing, clock.elapsed)
    : undefined;
  const { onError } = options;
  const { changes, gatesOf } = mountLife({ hub, log, records, bus, clock, onError });
  const findPerson = async (room: RoomName, userId: string) => {
    const present = (await presence.snapshot(room)).find(({ id }) => id === userId);
    if (present) return present;
    const { facts, member } = await book.read(room);
    const belonging = facts && (await member(userId));
    return belonging && { id: userId, name: belonging.name };
  };
  const routers = allRouters({
    contract,
    hub,
    log,
    records,
    keeping,
    authorize,
    clock,
    meter,
    findPerson,
    gatesOf,
  });

  const targetIn = async (name: string, room: string, at: string) => {
    const kind = Object.hasOwn(contract, name) ? contract[name] : undefined;
    const target = kind && (await findTarget(log, kind, { kind: name, id: room }, at));
    if (!kind || !target) throw new RoomError('NO_SUCH_EVENT');
    return { kind, target };
  };

  const endTrimming = startTrimming({ ...options, everyMs: options.trimEveryMs });
  const close = async () => {
    endTrimming();
    keeping.close();
    signOuts.close();
    await hub.close();
    await presence.close();
    await records.close();
    await log.close();
  };
  let closing: Promise<void> | undefined;

  const publish = async (
    room: RoomName,
    type: string,
    data: unknown,
    { by, ...how }: { by?: By; idempotencyKey?: string; replyTo?: string } = {},
  ) => {
    const { kind, id } = room;
    const found = Object.hasOwn(contract, kind) ? contract[kind] : undefined;
    if (found && isDerived(found, type)) {
      throw new RoomError('BAD_INPUT', `${type} is published by rooms alone`);
    }
    const events = found?.events;
    const spec = events && Object.hasOwn(events, type) ? events[type] : undefined;
    const parsed = spec?.data.safeParse(data);
    if (!parsed?.success) {
      const message = parsed?.error.message ?? `${kind} has no event ${type}`;
      throw new RoomError('BAD_INPUT', message, { cause: parsed?.error });
    }
    demandRoomId(id);
    return hub.publish({ room, type, data: parsed.data, ...how, by: shownOf(by) });
  };

  return {
    // One entry per kind of the contract, each made from its kind.
    routers: routers as unknown as RoomRouters<R>,
    publish: (kind, room, type, data, how) => publish({ kind, id: room }, type, data, how),
    notify: (userId, type, data, how) => publish(meRoom(userId), type, data, how),
    revoke: ({ kind, room, user }) =>
      bus.announce({
        room: { kind, id: room },
        revoked: { who: { only: user }, reason: 'revoked' },
      }),
    signOut: signOuts.signOut,
    signOuts,
    edit: async (kind, room, target, data, { by, ifVersion } = {}) => {
      const found = await targetIn(kind, room, target);
      const edit = { data, by: shownOf(by), ifVersion };
      return hub.run(() => changes.edit(found.kind, found.target, edit));
    },
    remove: async (kind, room, target, { by } = {}) => {
      const found = await targetIn(kind, room, target);
      return hub.run(() => changes.remove(found.kind, found.target, shownOf(by)));
    },
    history: async (kind, room, page = {}) => {
      // The contract's own schemas have parsed what the log holds.
      return (await hub.history({ ...page, kind, room })) as HistoryPage<never>;
    },
    members: async (kind, room, page = {}) => {
      return (await hub.members({ kind, id: room }, page)) as Members<never>;
    },
    latest: async (kind, id) => {
      demandRoomId(id);
      return (await hub.latest({ kind, id })) as { latest: never[] };
    },
    membership: (name) => {
      // A contract of another type may hand over any name.
      const kind: RoomKind | undefined = Object.hasOwn(contract, name) ? contract[name] : undefined;
      if (!kind?.membership) throw new RoomError('BAD_INPUT', `${name} has no rooms with members`);
      return keeping.forServer(name);
    },
    observe: (kind, room) => hub.observe({ kind, id: room }),
    failure: () => log.failure(),
    handOver: () => hub.handOver(),
    drain: () => hub.drain(),
    close: () => (closing ??= close()),
  };
}

/** What everybody may see of whom the server speaks for. Its code may well hand over a whole `User`. */
function shownOf({ id, name }: By = SERVER): By {
  return { id, name };
}

/** @throws RoomError BAD_INPUT */
function demandRoomId(id: string): void {
  if (!ROOM_ID.test(id)) throw new RoomError('BAD_INPUT', `not a room id: ${id.slice(0, 140)}`);
}

/** A contract's keys are its kinds' names. @throws Error */
export function checkKeys(contract: Contract): void {
  for (const [key, kind] of Object.entries(contract)) {
    if (key !== kind.name)
      throw new Error(`rooms: "${key}" must be named ${kind.name}, as its kind`);
  }
}
