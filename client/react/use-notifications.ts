import { useMemo } from 'react';
import type { DurableEventOf, me, RoomKind } from '../../shared/index.ts';
import { NO_NOTICES, type Notices } from '../me/fold-notices.ts';
import type { Notifications } from '../me/notifications.ts';
import { useProvided } from './rooms-provider.ts';
import { useStore } from './use-store.ts';

/** What is meant for this user alone, how much of it is new, and how to say that it was seen. */
export interface UsedNotifications<K extends RoomKind> extends Notices<DurableEventOf<K>> {
  /** As `markSeen` of `me.notifications`. @throws RoomError */
  markSeen(): Promise<void>;
}

/** One's own stream, newest events last: `useNotifications<typeof own>()` where the contract's `me` has events
 *  of its own. */
export function useNotifications<K extends typeof me = typeof me>(): UsedNotifications<K> {
  const { client } = useProvided('useNotifications');
  // Whoever names the kind knows what his contract says of it.
  const store = client.me.notifications as unknown as Notifications<K>;
  const notices = useStore<Notices<DurableEventOf<K>>>(store, NO_NOTICES);
  return useMemo(() => ({ ...notices, markSeen: () => store.markSeen() }), [store, notices]);
}
