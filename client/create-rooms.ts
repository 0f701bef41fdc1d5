import { createTRPCClient, type TRPCClient } from '@trpc/client';
import type { Contract, RoomKind } from '../shared/index.ts';
import type { Connection } from './connection/connection-state.ts';
import { createConnection, type ConnectionOptions } from './connection/connection.ts';
import { roomsLink } from './link/rooms-link.ts';
import type { RoomCalls } from './room-calls.ts';
import { joinRoom, type RoomHandle } from './room-handle.ts';
import type { JoinOptions } from './room.ts';
import type { RoomsRouter } from './rooms-router.ts';

/** How a client is made. */
export interface RoomsClientOptions extends ConnectionOptions {
  /** Makes idempotency keys. Default `crypto.randomUUID`. */
  readonly newKey?: () => string;
}

/** The rooms of one kind. */
export interface RoomsOfKind<K extends RoomKind> {
  /** Joins a room. Each call is a stream of its own. */
  join(room: string, options: JoinOptions): RoomHandle<K>;
}

/** A client: each room kind under its name, and the connection that they share. */
export type RoomsClient<R extends Contract> = { readonly [P in keyof R]: RoomsOfKind<R[P]> } & {
  /** The typed tRPC client beneath: every procedure, as stock tRPC calls them. */
  readonly trpc: TRPCClient<RoomsRouter<R>>;
  readonly connection: Connection;
  /** Leaves everything and closes the connection. Safe to call twice. */
  close(): void;
};

const RESERVED = ['trpc', 'connection', 'close'];

/** Connects to a server of these room kinds. All types come from the contract alone. */
export function createRooms<const R extends Contract>(
  contract: R,
  options: RoomsClientOptions,
): RoomsClient<R> {
  const connection = createConnection(options);
  const trpc = createTRPCClient<RoomsRouter<R>>({ links: [roomsLink(connection)] });
  const handles = new Set<{ leave(): void }>();
  const stopped = () => {
    const { current } = connection;
    return current.state === 'stopped' ? current.error : undefined;
  };
  const shared = options.newKey ? { newKey: options.newKey, stopped } : { stopped };

  const kinds = Object.entries(contract).map(([name, kind]) => {
    if (RESERVED.includes(name))
      throw new Error(`createRooms: a room kind cannot be named ${name}`);
    const join = (room: string, how: JoinOptions) => {
      const error = stopped();
      if (error) throw error;
      // The branch of the client that has the name of the kind.
      const calls = (trpc as unknown as Record<string, RoomCalls<RoomKind>>)[name];
      if (!calls) throw new Error(`createRooms: no procedures for ${name}`);
      const handle = joinRoom(kind, calls, room, { ...how, ...shared });
      handles.add(handle);
      handle.subscribe(({ state }) => {
        if (state === 'left' || state === 'failed') handles.delete(handle);
      });
      return handle;
    };
    return [name, { join }] as const;
  });

  const close = () => {
    for (const handle of handles) handle.leave();
    connection.close();
  };
  // Kind by kind what the contract says.
  return { ...Object.fromEntries(kinds), trpc, connection, close } as unknown as RoomsClient<R>;
}
