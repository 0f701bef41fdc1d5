import type { People } from '../people/room-people.ts';
import type { Store } from '../store.ts';
import { useStore } from './use-store.ts';

const NOBODY: People<never> = { users: [], count: 0, isComplete: false };

/** Who is in a room, as they come and go, with what they say of themselves. `room`: from `useRoom`. */
export function useMembers<State>(
  room: { readonly people: Store<People<State>> } | undefined,
): People<State> {
  return useStore<People<State>>(room?.people, NOBODY);
}
