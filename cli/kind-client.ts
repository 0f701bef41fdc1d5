import {
  createRooms,
  toRoomError,
  type Connection,
  type JoinOptions,
  type RoomHandle,
  type RoomsOfKind,
} from '../client/index.ts';
import { chat, defineRoom, ME, RoomError, type Ack, type RoomKind } from '../shared/index.ts';
import { CliError, usageError } from './failure.ts';

/** The option of commands for rooms of any kind. */
export const kindOption = {
  kind: {
    value: 'KIND',
    default: chat.name,
    says: 'the kind of the room, as the contract of the server names it',
  },
} as const;

/** One event to publish. The server alone knows what its data has to be. */
export interface Publication {
  readonly room: string;
  readonly type: string;
  readonly data: unknown;
  readonly idempotencyKey: string;
}

/** What a publish has come to. */
export type Sent = Pick<Ack, 'position'>;

/** Publishes into the rooms of one kind. */
export interface Publisher {
  /** Publishes once, as things stand. @throws RoomError; CliError UNREACHABLE, REFUSED */
  publish(publication: Publication): Promise<Sent>;
  close(): void;
}

/** A client of the rooms of one kind, which goes by its name alone: the contract is the server's. */
export interface KindClient extends Publisher {
  readonly connection: Connection;
  /** Joins one. What it carries comes by `onFrame`: of its events nothing is known. */
  join(room: string, options: JoinOptions): RoomHandle<RoomKind>;
}

/** A kind of that name, of which nothing else is known. @throws CliError of exit code 2 */
export function kindNamed(name: string, command: string): RoomKind {
  try {
    if (name !== ME) return defineRoom(name, { events: {} });
  } catch {
    // It says so in the words of a contract's author.
  }
  throw usageError(`--kind must name a kind of rooms, not ${JSON.stringify(name)}`, command);
}

/** Connects to a server for rooms of a kind. */
export function createKindClient(
  kind: RoomKind,
  on: { readonly url: string; readonly token: string },
): KindClient {
  const rooms = createRooms({ [kind.name]: kind }, on);
  // What has the name of the kind.
  const ofKind = rooms[kind.name] as unknown as RoomsOfKind<RoomKind>;
  const { publish } = rooms.trpc[kind.name] as unknown as PublishCalls;
  const { connection } = rooms;
  const whyStopped = () =>
    connection.current.state === 'stopped' ? connection.current.error : undefined;
  return {
    connection,
    join: (room, options) => ofKind.join(room, options),
    publish: async (publication) => {
      const error = whyStopped();
      if (error) throw error;
      try {
        return await publish.mutate(publication);
      } catch (cause) {
        // The connection may have ended while the call waited.
        throw whyStopped() ?? toRoomError(cause);
      }
    },
    close: () => rooms.close(),
  };
}

interface PublishCalls {
  readonly publish: { mutate(input: Publication): Promise<Ack> };
}

/** What a failure means to whoever has named the kind: each has all procedures that are called here. */
export function failureOfKind(error: unknown, { name }: RoomKind): unknown {
  if (!(error instanceof RoomError) || error.code !== 'NO_SUCH_PROCEDURE') return error;
  return new CliError(`the server carries no rooms of kind ${name}`, {
    code: 'NO_SUCH_KIND',
    advice: 'Give the --kind of rooms that it carries: its page at /docs names them.',
    cause: error,
  });
}
