import { createTRPCClient, type TRPCClient } from '@trpc/client';
import { checkKeys } from '../shared/check-keys.ts';
import { ME, RoomError, type Contract, type MeOf, type RoomKind } from '../shared/index.ts';
import { clockOf } from './clock.ts';
import type { Connection } from './connection/connection-state.ts';
import { createConnection, type ConnectionOptions } from './connection/connection.ts';
import { createHandles } from './handles.ts';
import { LivePublishes } from './live-publishes.ts';
import { roomsLink } from './link/rooms-link.ts';
import { builtInMe } from './me/built-in-me.ts';
import { createMyStream } from './me/create-my-stream.ts';
import type { MyBranch } from './me/my-calls.ts';
import type { MyStream } from './me/my-stream.ts';
import { membershipCalls, type MembershipCalls } from './membership-calls.ts';
import { clientOutbox, type ClientOutbox } from './outbox/client-outbox.ts';
import type { OutboxOptions } from './outbox/outbox-options.ts';
import { Outbox } from './outbox/outbox.ts';
import { OwnValues } from './people/own-values.ts';
import { roomPosition } from './positions.ts';
import type { RoomCalls } from './room-calls.ts';
import type { RoomHandle } from './room-handle.ts';
import { publishInput } from './room-publisher.ts';
import type { JoinOptions } from './room.ts';
import type { NoProcedures, OwnProcedures, RoomsRouter } from './rooms-router.ts';
import type { ClientStorage } from './storage/client-storage.ts';
import { webLocks, type Locks } from './storage/locks.ts';
import { newKey as timeOrderedKey } from './new-key.ts';

/** How a client is made. */
export interface RoomsClientOptions extends ConnectionOptions {
  /** Makes idempotency keys. Default: UUIDs of version 7. */
  readonly newKey?: () => string;
  /** How unsent publishes are kept. */
  readonly outbox?: OutboxOptions;
  /** Keeps, room by room, how far events were shown, so that `join` goes on there after a reload: for
   *  apps that keep what was shown as well. A position is written within a second after its events,
   *  so the last of them may come again. Default: every page begins anew. */
  readonly positions?: ClientStorage;
  /** Who this client is, for tokens that are no JWT with a `sub`, for servers that make another user of
   *  it (`userOf`), and for what storage holds before there is a token. Default, and where it is empty: the user
   *  that the token names. */
  readonly user?: string;
  /** Locks that the tabs of one origin share. Default: the browser's. */
  readonly locks?: Locks;
}

/** The rooms of one kind. */
export interface RoomsOfKind<K extends RoomKind> {
  /** Joins a room. Each call is a stream of its own. */
  join(room: string, options: JoinOptions): RoomHandle<K>;
}

/** The rooms of one kind, and what its contract lets one do with them. */
export type KindOfRooms<K extends RoomKind> = RoomsOfKind<K> &
  (K['membership'] extends true ? MembershipCalls : unknown);

/** A client: each room kind under its name, and the connection that they share. `Own`: the type of the procedures
 *  that its server has beside those of rooms. */
export type RoomsClient<R extends Contract, Own extends OwnProcedures = NoProcedures> = {
  readonly [P in Exclude<keyof R, 'me'>]: KindOfRooms<R[P]>;
} & {
  /** What is meant for this user alone. */
  readonly me: MyStream<MeOf<R>>;
  /** The typed tRPC client beneath: every procedure, as stock tRPC calls them, those of the server's own too. */
  readonly trpc: TRPCClient<RoomsRouter<R, Own>>;
  readonly connection: Connection;
  /** What is on its way into any room, joined or not. */
  readonly outbox: ClientOutbox;
  /** Leaves everything and closes the connection. What is unsent expires, unless the outbox has a
   *  storage: then it stays there for the next client. Safe to call twice. */
  close(): void;
};

/** Connects to a server of these room kinds. All types come from the contract alone, but for what the server has
 *  beside rooms: `createRooms<typeof contract, Own>(contract, …).trpc.game.move`, of which it tells the type.
 *  @throws Error for a contract whose keys are not its kinds' names, and for options that can never connect */
export function createRooms<const R extends Contract, Own extends OwnProcedures = NoProcedures>(
  contract: R,
  options: RoomsClientOptions,
): RoomsClient<R, Own> {
  checkKeys(contract);
  const connection = createConnection(options);
  const trpc = createTRPCClient<RoomsRouter<R>>({ links: [roomsLink(connection)] });
  // The branch of the client that has the name of the kind.
  const branchOf = (kind: string): unknown => (trpc as unknown as Record<string, unknown>)[kind];
  const callsOf = (kind: string) => {
    const calls = Object.hasOwn(contract, kind)
      ? (branchOf(kind) as RoomCalls<RoomKind> | undefined)
      : undefined;
    if (!calls) throw new RoomError('NO_SUCH_PROCEDURE', `no room kind ${kind} in the contract`);
    return calls;
  };
  // A token that names nobody leaves it to the app; '' is known to be nobody, undefined is not known yet.
  const userId = () => connection.user || options.user || connection.user;
  const isOpen = () => connection.current.state === 'open';
  const clock = clockOf(options);
  const { random = Math.random, newKey = timeOrderedKey } = options;
  const outbox = new Outbox({
    ...options.outbox,
    clock,
    random,
    newKey,
    locks: options.locks ?? webLocks(),
    user: userId,
    isOpen,
    send: (entry, signal) =>
      callsOf(entry.kind).publish.mutate(publishInput<RoomKind>(entry), { signal }),
  });
  const live = new LivePublishes({ clock, random });
  const values = new OwnValues({ live, clock, isOpen });
  const stopped = () => connection.final;
  connection.subscribe(() => {
    const error = stopped();
    if (!error) return outbox.wake();
    outbox.close(error);
    live.close(error);
  });
  const shared = {
    ...clock,
    random,
    newKey,
    stopped,
    outbox,
    live,
    values,
    isOpen,
    // What the server makes of a token only the app can know.
    userId: () => options.user || connection.user,
  };

  const handles = createHandles(shared);
  const kinds = Object.entries(contract).map(([name, kind]) => {
    if (name === ME) return [name, undefined] as const;
    const join = (id: string, how: JoinOptions) =>
      handles.join(
        { kind, calls: callsOf(name), id },
        how,
        createPosition(options, connection.whenUser, name, id),
      );
    return [
      name,
      { join, ...(kind.membership && membershipCalls(branchOf(name), shared)) },
    ] as const;
  });
  const mine = createMyStream(
    branchOf(ME) as MyBranch<RoomKind>,
    // It has no id, and what was shown of it no app is asked to keep.
    (calls, how) => handles.join({ kind: contract[ME] ?? builtInMe, calls, id: ME }, how),
    shared,
  );

  const close = () => {
    handles.leave();
    connection.close();
  };
  const client = { trpc, connection, outbox: clientOutbox(outbox), close };
  // Kind by kind what the contract says.
  return { ...Object.fromEntries(kinds), ...client, me: mine } as unknown as RoomsClient<R, Own>;
}

function createPosition(
  options: RoomsClientOptions,
  whenUser: Promise<string>,
  kind: string,
  room: string,
) {
  const { positions: storage, user: named } = options;
  if (!storage) return undefined;
  const user = named ? Promise.resolve(named) : whenUser;
  const onError = options.outbox?.onStorageError ?? (() => {});
  return roomPosition({ storage, user, kind, room, clock: clockOf(options), onError });
}
