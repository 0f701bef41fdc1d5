import type { Reacted } from './reacting.ts';
import type { Reaction } from './reaction.ts';

// So many of those who have reacted are named.
const NAMED = 5;

/** What a summary that stands at `offset` says wrong, if it does. */
export function faultOf(
  summary: readonly Reacted[],
  reactions: readonly Reaction[],
  offset: number,
): string | undefined {
  const names = new Set([...summary, ...reactions].map(({ name }) => name));
  if (summary.length > new Set(summary.map(({ name }) => name)).size) return 'names one twice';
  for (const name of names) {
    const told = summary.find((one) => one.name === name) ?? { name, count: 0, users: [] };
    const fault = wrongWith(
      told,
      reactions.filter((one) => one.name === name),
      offset,
    );
    if (fault !== undefined) return fault;
  }
  return undefined;
}

function wrongWith({ name, count, users }: Reacted, of: readonly Reaction[], offset: number) {
  const must = of.filter((one) => one.isIn(offset) === true).map(({ user }) => user);
  const may = of.filter((one) => one.isIn(offset) !== false).map(({ user }) => user);
  if (count < must.length || count > may.length) {
    const bounds = must.length === may.length ? must.length : `${must.length} to ${may.length}`;
    return `counts ${count} with ${name}, and there are ${bounds}`;
  }
  const stranger = users.find((user) => !may.includes(user));
  if (stranger !== undefined) return `names ${stranger} with ${name}, who has not reacted`;
  const isEachOnce = new Set(users).size === users.length;
  if (!isEachOnce || users.length !== Math.min(count, NAMED)) {
    return `names [${users.join(' ')}] of ${count} with ${name}`;
  }
  const missing = count <= NAMED ? must.find((user) => !users.includes(user)) : undefined;
  return missing === undefined ? undefined : `does not name ${missing} with ${name}`;
}
