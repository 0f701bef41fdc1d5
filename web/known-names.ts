import { useEffect, useState } from 'react';
import { useMembers, useRoom } from 'trpc-rooms/react';
import { chat } from 'trpc-rooms/shared';
import { LOBBY } from './client.ts';
import { kept } from './keep.ts';

const NAME = 'trpc-rooms.names';
const MOST_NAMES = 300;

/** What people were called when they were last seen in the lobby, by their ids: a server knows the name of
 *  whoever was written to only once he has been in that room himself. */
export function useKnownNames(): ReadonlyMap<string, string> {
  const { room } = useRoom(chat, LOBBY, { onGap: 'reload' });
  const { users } = useMembers(room);
  const [names, setNames] = useState(readNames);
  useEffect(() => {
    if (users.every(({ id, name }) => names.get(id) === name)) return;
    const next = new Map([...names, ...users.map(({ id, name }) => [id, name] as const)]);
    setNames(next);
    kept.set(NAME, JSON.stringify([...next].slice(-MOST_NAMES)));
  }, [users, names]);
  return names;
}

function readNames(): ReadonlyMap<string, string> {
  try {
    return new Map(JSON.parse(kept.get(NAME) ?? '[]') as [string, string][]);
  } catch {
    return new Map();
  }
}
