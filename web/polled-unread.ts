import { useEffect, useState } from 'react';
import { limits } from 'trpc-rooms/shared';
import type { RoomEntry } from './my-rooms.ts';
import { usePage } from './page-context.ts';

const EVERY_MS = 15_000;

/** What is unread in rooms that are not followed: asked for now and then, where streams are few. */
export function usePolledUnread(
  entries: readonly RoomEntry[],
  isOn: boolean,
): ReadonlyMap<string, number> {
  const { client } = usePage();
  const [counts, setCounts] = useState<ReadonlyMap<string, number>>(new Map());
  const ids = entries.map(({ id }) => id).slice(0, limits.unreadRooms);
  const asked = ids.join(' ');
  useEffect(() => {
    if (!isOn) return setCounts(new Map());
    const ask = async () => {
      const { rooms } = await client.trpc.chat.unread.query({ rooms: asked.split(' ') });
      setCounts(new Map(rooms.map(({ room, unread }) => [room, unread])));
    };
    // What fails is asked for again the next time.
    const tick = () => void ask().catch(() => {});
    tick();
    const timer = setInterval(tick, EVERY_MS);
    return () => clearInterval(timer);
  }, [client, isOn, asked]);
  return counts;
}
