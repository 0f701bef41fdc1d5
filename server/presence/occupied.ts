import { z } from 'zod';
import { roomId } from '../../shared/procedures.ts';
import { demand } from '../bad-input.ts';
import type { OccupiedRooms, Presence } from './presence.ts';

// Each room of a page is counted anew.
const PAGE = 100;

/** Which page of the rooms that somebody is in. */
export const occupiedInput = z.strictObject({
  after: roomId.optional().meta({ description: '`next` of the page before. Unset: the first.' }),
  limit: z.int().min(1).max(PAGE).default(PAGE),
});

/** The rooms of a kind that somebody is in, for the server's own code and its backends.
 *  @throws RoomError BAD_INPUT, LOG_UNAVAILABLE */
export async function occupiedRooms(
  presence: Presence,
  kind: string,
  page: z.input<typeof occupiedInput> = {},
): Promise<OccupiedRooms> {
  const { after, limit } = demand(occupiedInput, page);
  return presence.occupied(kind, { after, limit });
}
