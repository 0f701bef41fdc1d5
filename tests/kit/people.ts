import type { Present, PresenceFrame, PresenceSnapshot } from '../../shared/index.ts';

/** A room's people as a plain reader keeps them: a snapshot, then what frames say. */
export function foldPeople({ version, count, users }: PresenceSnapshot) {
  let list = users && new Map(users.map((user) => [user.id, user]));
  let at = { version, count };
  const take = (frame: PresenceFrame) => {
    const isNext = frame.version === at.version + 1;
    at = { version: frame.version, count: frame.count };
    if (frame.users) list = new Map(frame.users.map((user) => [user.id, user]));
    else if (!frame.join && !frame.update && !frame.leave) list = undefined;
    for (const user of [...(frame.join ?? []), ...(frame.update ?? [])]) list?.set(user.id, user);
    for (const { id } of frame.leave ?? []) list?.delete(id);
    return isNext;
  };
  return {
    take,
    get count() {
      return at.count;
    },
    /** By id. Undefined: they are too many to be listed. */
    users: (): readonly Present[] | undefined =>
      list && [...list.values()].toSorted((a, b) => (a.id < b.id ? -1 : 1)),
  };
}
