import type { Members, Present, PresenceFrame, PresenceSnapshot } from '../../shared/index.ts';

/** What is known of a room's people. */
export interface KnownPeople<State> {
  /** Undefined: nothing is known yet. */
  readonly version: number | undefined;
  readonly count: number;
  /** By id, in the order of arrival. Undefined: they are too many to be listed. */
  readonly users: ReadonlyMap<string, Present<State>> | undefined;
  /** Was a change missed? What is known may be wrong then. */
  readonly isWrong: boolean;
}

/** Nothing. */
export const NOBODY: KnownPeople<never> = {
  version: undefined,
  count: 0,
  users: undefined,
  isWrong: false,
};

/** Begins with everybody. */
export function fromSnapshot<State>({
  version,
  count,
  users,
}: PresenceSnapshot<State>): KnownPeople<State> {
  return { version, count, users: users && byId(users), isWrong: false };
}

/** Begins with an answer of `members`. */
export function fromMembers<State>(members: Members<State>): KnownPeople<State> {
  const { version, count, users, next } = members;
  return { version, count, users: next === undefined ? byId(users) : undefined, isWrong: false };
}

/** Goes on with a frame. */
export function foldPeople<State>(
  known: KnownPeople<State>,
  frame: PresenceFrame<State>,
): KnownPeople<State> {
  const { version, count, users, join, update, leave } = frame;
  if (users) return fromSnapshot(frame);
  if (!join && !update && !leave) return { version, count, users: undefined, isWrong: false };
  const isNext = known.version !== undefined && version === known.version + 1;
  const next = new Map(known.users);
  for (const user of [...(join ?? []), ...(update ?? [])]) next.set(user.id, user);
  for (const { id } of leave ?? []) next.delete(id);
  return { version, count, users: next, isWrong: known.isWrong || !known.users || !isNext };
}

function byId<State>(users: readonly Present<State>[]): ReadonlyMap<string, Present<State>> {
  return new Map(users.map((user) => [user.id, user]));
}
