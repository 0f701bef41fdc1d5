import {
  formatPosition,
  isDerived,
  RoomError,
  withMe,
  type Contract,
  type HistoryPage,
  type Members,
  type RoomKind,
} from '../shared/index.ts';
import { historyInput, membersInput } from '../shared/procedures.ts';
import { withDeadline, type Authorize } from './auth/authorize.ts';
import { createSignOuts } from './auth/sign-outs.ts';
import { demand } from './bad-input.ts';
import type { RoomName } from './log/room-log.ts';
import { mountLife } from './messages/mount-life.ts';
import { findTarget } from './messages/target.ts';
import { readByWhom, type ByWhom } from './person-input.ts';
import type { Records } from './records/records.ts';
import { outlined } from './membership/outline.ts';
import { createRoomKeeping } from './membership/room-keeping.ts';
import { occupiedRooms } from './presence/occupied.ts';
import { Hub, type HubOptions } from './rooms/hub.ts';
import { meRoom } from './rooms/me-room.ts';
import { demandRoomId, demandUserId } from './rooms/room-id.ts';
import { PublishMeter, type PublishLimits } from './rooms/publish-limits.ts';
import { createStoredEvents } from './rooms/stored-events.ts';
import type { RoomRouters } from './router/room-procedures.ts';
import { allRouters } from './router/all-routers.ts';
import type { Rooms } from './server-rooms.ts';
import { startTrimming, type TrimmingOptions } from './trimming.ts';

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
  const storedEvents = createStoredEvents({ log, onError });
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
    // Not before: a change of membership may have told of itself until now.
    storedEvents.close();
  };
  let closing: Promise<void> | undefined;

  const demandKind = (kind: string, kinds: Contract = contract): RoomKind => {
    const found = Object.hasOwn(kinds, kind) ? kinds[kind] : undefined;
    if (!found) throw new RoomError('BAD_INPUT', `no room kind ${kind}`);
    return found;
  };
  const publish = async (
    room: RoomName,
    type: string,
    data: unknown,
    { by, idempotencyKey, ...on }: PublishOptions = {},
  ) => {
    const { kind, id } = room;
    const found = demandKind(kind);
    if (isDerived(found, type)) {
      throw new RoomError('BAD_INPUT', `${type} is published by rooms alone`);
    }
    const spec = Object.hasOwn(found.events, type) ? found.events[type] : undefined;
    if (!spec) throw new RoomError('BAD_INPUT', `${kind} has no event ${type}`);
    const parsed = demand(spec.data, data);
    demandRoomId(id);
    const how = readByWhom({ by, idempotencyKey });
    return hub.publish({ room, type, data: parsed, ...on, ...how });
  };

  return {
    // One entry per kind of the contract, each made from its kind.
    routers: routers as unknown as RoomRouters<R>,
    publish: (kind, room, type, data, how) => publish({ kind, id: room }, type, data, how),
    notify: async (userId, type, data, how) => {
      demandUserId(userId);
      return publish(meRoom(userId), type, data, how);
    },
    revoke: async ({ kind, room, user }) => {
      demandKind(kind);
      const revoked = { who: { only: user }, reason: 'revoked' } as const;
      await bus.announce({ room: { kind, id: room }, revoked });
    },
    signOut: signOuts.signOut,
    signOuts,
    edit: async (kind, room, target, data, { by: given, ifVersion } = {}) => {
      const { by } = readByWhom({ by: given });
      const found = await targetIn(kind, room, target);
      return hub.run(() => changes.edit(found.kind, found.target, { data, by, ifVersion }));
    },
    remove: async (kind, room, target, { by: given } = {}) => {
      const { by } = readByWhom({ by: given });
      const found = await targetIn(kind, room, target);
      return hub.run(() => changes.remove(found.kind, found.target, by));
    },
    history: async (kind, room, page = {}) => {
      const input = demand(historyInput, { ...page, room });
      // The contract's own schemas have parsed what the log holds.
      return (await hub.history({ ...input, kind })) as HistoryPage<never>;
    },
    members: async (kind, room, page = {}) => {
      const input = demand(membersInput, { ...page, room });
      return (await hub.members({ kind, id: room }, input)) as Members<never>;
    },
    occupied: async (kind, page) => {
      demandKind(kind);
      const found = await occupiedRooms(presence, kind, page);
      if (!contract[kind]?.membership) return found;
      return { ...found, rooms: await outlined(book, kind, found.rooms) };
    },
    position: async (kind, id) => {
      demandKind(kind);
      demandRoomId(id);
      const { epoch, head } = await log.bounds({ kind, id });
      return formatPosition({ epoch, offset: head });
    },
    isOnline: async (userId) => {
      demandUserId(userId);
      return (await presence.count(meRoom(userId))) > 0;
    },
    latest: async (kind, id) => (await hub.latest({ kind, id })) as { latest: never[] },
    membership: (name) => {
      // A contract of another type may hand over any name.
      const kind: RoomKind | undefined = Object.hasOwn(contract, name) ? contract[name] : undefined;
      if (!kind?.membership) throw new RoomError('BAD_INPUT', `${name} has no rooms with members`);
      return keeping.forServer(name);
    },
    observe: (kind, room) => hub.observe({ kind, id: room }),
    stored: (kind) => {
      demandKind(kind, options.contract);
      return storedEvents.observe(kind);
    },
    failure: () => log.failure(),
    handOver: () => hub.handOver(),
    drain: () => hub.drain(),
    close: () => (closing ??= close()),
  };
}

interface PublishOptions extends ByWhom {
  readonly replyTo?: string;
  readonly ifPosition?: string;
}
