import { userPartition, type Records, type StoredRecord } from '../records/records.ts';
import type { Turns } from './turns.ts';

/** What a user may have only so many of: rooms, direct rooms that he has opened, invitations. Each is a part of his
 *  index. */
export type PlaceList = 'room' | 'opened' | 'invited';

/** A list as it was when somebody looked: an entry that is made on condition of it is made only while nobody has made
 *  another since, on whichever node. */
export interface ListState {
  readonly key: string;
  readonly version: number;
}

/** What a list holds, `limit` entries at most, and its state. */
export async function readPlaces(
  records: Records,
  userId: string,
  { list, limit }: { readonly list: PlaceList; readonly limit: number },
): Promise<{ readonly entries: readonly StoredRecord[]; readonly state: ListState }> {
  const partition = userPartition(userId);
  const key = `made/${list}`;
  // Before the entries: what is made in between is among them, and stands in the way all the same.
  const made = await records.read(partition, key);
  const entries = await records.list(partition, { prefix: `${list}/`, limit });
  return { entries, state: { key, version: made?.version ?? 0 } };
}

/** Does what may make an entry one after the other for each list: on one node nobody has to try again. Rooms have turns
 *  of their own, which are taken within. */
export function inTurn<T>(
  turns: Turns,
  list: PlaceList,
  userId: string,
  run: () => Promise<T>,
): Promise<T> {
  return turns.take(`${list}/${userId}`, run);
}
