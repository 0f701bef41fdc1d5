import type { Active } from '../people/room-values.ts';
import type { Store } from '../store.ts';
import { useStore } from './use-store.ts';

const NOBODY: Active = { users: [], count: 0 };

/** Who types in a room just now, never oneself: of a crowd some of them, and how many. `room`: from
 *  `useRoom`; `room.say('typing')` at every key tells the others. */
export function useTyping(room: { readonly typingUsers: Store<Active> } | undefined): Active {
  return useStore(room?.typingUsers, NOBODY);
}
