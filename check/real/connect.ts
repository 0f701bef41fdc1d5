import {
  createRooms,
  type MembershipCalls,
  type RoomCalls,
  type RoomHandle,
  type RoomsClient,
} from '../../client/index.ts';
import type { Contract, RoomKind } from '../../shared/index.ts';
import type { Stage } from '../actors/stage.ts';
import { openFaultProxy, type FaultProxy } from './fault-proxy.ts';
import type { Venue } from './venue.ts';

/** An SDK client with a proxy of its own in front of it, and what it gives of the kind of a run. */
export interface Line {
  readonly proxy: FaultProxy;
  readonly rooms: RoomsClient<Contract>;
  readonly calls: RoomCalls<RoomKind>;
  /** Where the kind has membership. */
  readonly membership: MembershipCalls;
  join(room: string): RoomHandle<RoomKind>;
  close(): Promise<void>;
}

/** Connects somebody, by the name that the run has for him. */
export async function connect(stage: Stage, venue: Venue, name: string): Promise<Line> {
  const proxy = await openFaultProxy(() => venue.target);
  const url = `ws://127.0.0.1:${proxy.port}${venue.path}`;
  const { kind } = stage.subject;
  const token = () => venue.token(name);
  const rooms: RoomsClient<Contract> = createRooms<Contract>({ [kind.name]: kind }, { url, token });
  // The branches of the client that have the name of the kind.
  const { trpc } = rooms as unknown as { trpc: Record<string, RoomCalls<RoomKind>> };
  const calls = trpc[kind.name];
  const ofKind = rooms[kind.name];
  if (!calls || !ofKind) throw new Error(`connect: nothing of ${kind.name}`);
  return {
    proxy,
    rooms,
    calls,
    // Nobody calls what the contract does not have.
    membership: ofKind as unknown as MembershipCalls,
    join: (room) => ofKind.join(room, { onGap: 'reload' }),
    close: async () => {
      rooms.close();
      await proxy.close();
    },
  };
}
