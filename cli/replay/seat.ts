import { createRooms, type RoomHandle, type RoomsClient } from '../../client/index.ts';
import { chat, RoomError, type ReadyFrame } from '../../shared/index.ts';
import { within } from '../within.ts';

/** A connection of its own, joined to the room of the replay. */
export interface Seat {
  readonly rooms: RoomsClient<{ chat: typeof chat }>;
  readonly room: RoomHandle<typeof chat>;
  readonly ready: ReadyFrame;
  /** Leaves and closes. Safe to call twice. */
  close(): void;
}

/** Where seats are. */
export interface Venue {
  /** `ws://…/trpc`. */
  readonly url: string;
  readonly room: string;
  /** How long one attempt to sit down may take, in milliseconds. */
  readonly joinMs: number;
}

/** Opens a connection and joins the room. `prepare` may listen before the first frame.
 *  @throws RoomError as the server says; DISCONNECTED when it took too long */
export async function openSeat(
  { url, room: id, joinMs }: Venue,
  token: string,
  prepare: (room: RoomHandle<typeof chat>) => void = () => {},
): Promise<Seat> {
  const rooms = createRooms({ chat }, { url, token });
  const close = () => rooms.close();
  try {
    // A gap is judged by who listens to frames.
    const room = rooms.chat.join(id, { onGap: () => {} });
    prepare(room);
    const joined = await within(room.ready, joinMs);
    if (joined.state !== 'done') throw new RoomError('DISCONNECTED', `not joined in ${joinMs} ms`);
    return { rooms, room, ready: joined.value, close };
  } catch (error) {
    close();
    throw error;
  }
}
