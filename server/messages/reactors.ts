import { limits, type Reactors } from '../../shared/index.ts';
import { roomPartition, type Records } from '../records/records.ts';
import type { OwnReactions } from './reaction-rules.ts';
import { ownName, ownReactions, reactionsKey } from './reaction-records.ts';
import type { Target } from './target.ts';

/** Reads who has reacted to a message, in pages by user id, and what the user `me` has reacted with.
 *  @throws RoomError LOG_UNAVAILABLE */
export async function readReactors(
  records: Records,
  target: Target,
  { me, after }: { readonly me: string; readonly after?: string | undefined },
): Promise<Reactors> {
  const partition = roomPartition(target.room);
  const key = reactionsKey(target);
  const limit = limits.reactorsPage;
  // The first record is what all come to.
  const range = { prefix: key, after: `${key}${after ?? ''}`, limit };
  const page = await records.list(partition, range);
  const users = page.map((record) => ({
    user: { id: record.key.slice(key.length), name: ownName(record.value) },
    reactions: listed(ownReactions(record.value)),
  }));
  const own = await records.read(partition, `${key}${me}`);
  const last = users.at(-1);
  return {
    users,
    own: listed(ownReactions(own?.value)),
    ...(last && users.length === limit && { next: last.user.id }),
  };
}

function listed(own: OwnReactions): Reactors['own'] {
  return [...own].map(([name, count]) => ({ name, count }));
}
