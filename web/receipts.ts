import { useSyncExternalStore } from 'react';
import { parsePosition } from 'trpc-rooms/shared';
import type { ChatRoom } from './client.ts';
import type { Item } from './message-row.tsx';
import type { Texts } from './texts/en.ts';

const nothing = () => () => {};

/** What became of one's own newest message: sent, or seen by so many. */
export function useFate(
  room: ChatRoom | undefined,
  items: readonly Item[],
  look: { readonly me: string; readonly isDirect: boolean; readonly texts: Texts },
): string | undefined {
  const { me, isDirect, texts } = look;
  const receipts = room?.receipts;
  const readers = useSyncExternalStore(
    receipts?.subscribe ?? nothing,
    () => receipts?.getSnapshot().readers,
  );
  const last = items.at(-1);
  if (last?.state !== 'stored' || last.by.id !== me || last.isRemoved) return undefined;
  const own = parsePosition(last.position);
  const seen = (readers ?? []).filter(({ user, position }) => {
    const at = parsePosition(position);
    return user.id !== me && at?.epoch === own?.epoch && (at?.offset ?? 0) >= (own?.offset ?? 0);
  });
  if (seen.length === 0) return texts.sent;
  return isDirect ? texts.seen : texts.seenBy(seen.length);
}
