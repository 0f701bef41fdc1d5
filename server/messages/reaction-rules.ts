import {
  limits,
  RoomError,
  type By,
  type Reaction,
  type ReactionMode,
} from '../../shared/index.ts';

/** What one user has reacted with: how often, by name. */
export type OwnReactions = ReadonlyMap<string, number>;

/** Reactions to one message before and after one user's. */
export interface Reacting {
  readonly own: OwnReactions;
  readonly all: readonly Reaction[];
}

/** Users named in a summary. */
export const FIRST_USERS = 5;
// Of one user with one name, where the mode lets him react more than once.
const MOST_OF_ONE = 1_000;

/** Adds or takes back a user's reaction. Undefined: it changes nothing.
 *  @throws RoomError BAD_INPUT when there would be too many names, or too many of one */
export function react(
  before: Reacting,
  { user, name, on }: { readonly user: By; readonly name: string; readonly on: boolean },
  mode: ReactionMode,
): Reacting | undefined {
  const held = before.own.get(name) ?? 0;
  if (!on) return held > 0 ? takeBack(before, user, name) : undefined;
  if (held > 0 && mode !== 'multiple') return undefined;
  if (held >= MOST_OF_ONE) throw new RoomError('BAD_INPUT', `reacted ${held} times already`);
  let now = before;
  if (mode === 'unique') for (const other of before.own.keys()) now = takeBack(now, user, other);
  return add(now, user, name);
}

function add({ own, all }: Reacting, user: By, name: string): Reacting {
  const held = own.get(name) ?? 0;
  const after = new Map(own).set(name, held + 1);
  const known = all.find((one) => one.name === name);
  if (!known) {
    if (all.length >= limits.reactionNames) {
      throw new RoomError('BAD_INPUT', `at most ${limits.reactionNames} different reactions`);
    }
    return { own: after, all: [...all, { name, count: 1, users: [user] }] };
  }
  const isFirst = held === 0 && known.users.length < FIRST_USERS;
  const users = isFirst ? [...known.users, user] : known.users;
  return { own: after, all: all.with(all.indexOf(known), { name, count: known.count + 1, users }) };
}

function takeBack({ own, all }: Reacting, user: By, name: string): Reacting {
  const after = new Map(own);
  after.delete(name);
  const known = all.find((one) => one.name === name);
  if (!known) return { own: after, all };
  const count = known.count - (own.get(name) ?? 0);
  const users = known.users.filter(({ id }) => id !== user.id);
  const rest = count > 0 ? [{ name, count, users }] : [];
  return { own: after, all: all.toSpliced(all.indexOf(known), 1, ...rest) };
}

/** Names of which fewer users are told than there may be: one of the first has taken his back. Before that all
 *  were told who could be, however often each has reacted. */
export function missingUsers(before: readonly Reaction[], after: readonly Reaction[]): string[] {
  const told = new Map(before.map(({ name, users }) => [name, users.length]));
  return after
    .filter(({ name, users, count }) => users.length < Math.min(told.get(name) ?? 0, count))
    .map(({ name }) => name);
}
