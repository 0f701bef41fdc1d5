import type { StoredRecord } from '../records/records.ts';
import { listedAt, madeBy } from './user-index.ts';

/** Which of the invitations that wait for somebody, as his index lists them, gives way to one more of a user: the
 *  oldest of whoever has most there, as long as that is more than the user would have with it. So those who come get
 *  as much room as those who are there, and nobody takes it all. Undefined: none. */
export function givesWay(
  waiting: readonly StoredRecord[],
  userId: string,
): StoredRecord | undefined {
  const byInviter = new Map<string | undefined, StoredRecord[]>();
  for (const entry of waiting) {
    const inviter = madeBy(entry);
    byInviter.set(inviter, [...(byInviter.get(inviter) ?? []), entry]);
  }
  const own = byInviter.get(userId)?.length ?? 0;
  let most: readonly StoredRecord[] = [];
  for (const entries of byInviter.values()) {
    const isMore = entries.length > most.length;
    const isOlder = entries.length === most.length && oldestAt(entries) < oldestAt(most);
    if (isMore || isOlder) most = entries;
  }
  if (most.length <= own + 1) return undefined;
  return most.find((entry) => listedAt(entry) === oldestAt(most));
}

function oldestAt(entries: readonly StoredRecord[]): number {
  return Math.min(...entries.map(listedAt));
}
