import { useCallback, useEffect, useMemo, useState } from 'react';
import { useConnection, useNotifications } from 'trpc-rooms/react';
import type { Invitation, MyRoom } from 'trpc-rooms/shared';
import { LOBBY, type ChatClient } from './client.ts';
import { kept } from './keep.ts';
import { useKnownNames } from './known-names.ts';
import type { Texts } from './texts/en.ts';

/** A room of the list. */
export interface RoomEntry {
  readonly id: string;
  readonly title: string;
  readonly kind: 'lobby' | 'open' | 'private' | 'direct';
  /** What one is there. Undefined: nothing, as in rooms that nobody has founded. */
  readonly role?: MyRoom['role'];
  /** Of a direct room: the other one's id. */
  readonly with?: string;
}

/** The rooms of this user, and what waits for his answer. */
export interface MyRooms {
  readonly entries: readonly RoomEntry[];
  readonly invitations: readonly Invitation[];
  /** Asks the server again. */
  reload(): Promise<void>;
}

const VISITED = 'trpc-rooms.visited';
const MOST_VISITED = 20;
const MOST_PAGES = 5;

/** Follows them: asked for at every connection, and whenever one's own stream tells of a change. */
export function useMyRooms(client: ChatClient, open: string | undefined, texts: Texts): MyRooms {
  const [rooms, setRooms] = useState<readonly MyRoom[]>([]);
  const [invitations, setInvitations] = useState<readonly Invitation[]>([]);
  const [visited, setVisited] = useState(readVisited);
  const names = useKnownNames();
  const { events } = useNotifications();
  const { state } = useConnection();
  const newest = events.at(-1)?.position;
  // A room that one has just got, by a click on a person or a link, is asked for too.
  const isNew = open !== undefined && !rooms.some(({ room }) => room === open);

  const reload = useCallback(async () => {
    const [mine, waiting] = await Promise.all([allRooms(client), client.chat.invitations()]);
    setRooms(mine);
    setInvitations(waiting.invitations);
  }, [client]);
  useEffect(() => {
    // Whatever fails here is asked for again with the next connection.
    if (state === 'open') reload().catch(() => {});
  }, [reload, state, newest, isNew && open]);
  useEffect(() => {
    if (open === undefined || open === LOBBY || visited[0] === open) return;
    const next = [open, ...visited.filter((id) => id !== open)].slice(0, MOST_VISITED);
    setVisited(next);
    kept.set(VISITED, JSON.stringify(next));
  }, [open, visited]);

  return useMemo(
    () => ({ entries: entriesOf(rooms, visited, names, texts), invitations, reload }),
    [rooms, visited, names, invitations, reload, texts],
  );
}

async function allRooms(client: ChatClient): Promise<readonly MyRoom[]> {
  const all: MyRoom[] = [];
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const after = all.at(-1)?.room;
    const { rooms, hasMore } = await client.chat.mine({ limit: 100, ...(after && { after }) });
    all.push(...rooms);
    if (!hasMore) break;
  }
  return all;
}

/** The lobby first, then rooms, then people; of rooms that were only looked at, those that are open. */
function entriesOf(
  rooms: readonly MyRoom[],
  visited: readonly string[],
  names: ReadonlyMap<string, string>,
  texts: Texts,
): RoomEntry[] {
  const own = rooms.map(({ room: id, title, visibility, role, with: other }): RoomEntry => {
    const shown = other ? (names.get(other.id) ?? other.name) : title;
    const more = visibility === 'direct' && other ? { with: other.id } : {};
    return { id, title: shown ?? id, kind: visibility, role, ...more };
  });
  const known = new Set(own.map(({ id }) => id));
  const looked = visited
    .filter((id) => id !== LOBBY && !known.has(id) && !/^[pd]~/.test(id))
    .map((id): RoomEntry => ({ id, title: id, kind: 'open' }));
  const lobby = own.find(({ id }) => id === LOBBY);
  const first: RoomEntry = {
    ...lobby,
    id: LOBBY,
    title: lobby?.title ?? texts.lobby,
    kind: 'lobby',
  };
  const others = [...own.filter(({ id }) => id !== LOBBY), ...looked];
  return [first, ...others.toSorted((a, b) => a.title.localeCompare(b.title))];
}

function readVisited(): readonly string[] {
  try {
    const ids: unknown = JSON.parse(kept.get(VISITED) ?? '[]');
    return Array.isArray(ids) ? ids.filter((id) => typeof id === 'string') : [];
  } catch {
    return [];
  }
}
