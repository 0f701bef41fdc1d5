import { ROOM_ID } from 'trpc-rooms/shared';
import { useSyncExternalStore } from 'react';

/** The room that the address names (`#/r/general`). Undefined: none, the list is shown. */
export function useRoute(): string | undefined {
  return useSyncExternalStore(subscribe, () => roomOf(location.hash));
}

/** The room of an address, or of a link to one. */
export function roomOf(hash: string): string | undefined {
  const id = /#\/r\/(.+)$/.exec(hash)?.[1];
  return id !== undefined && ROOM_ID.test(id) ? id : undefined;
}

/** The address of a room. */
export function hrefOf(id: string): string {
  return `#/r/${id}`;
}

/** Goes to a room, or to the list. */
export function goTo(id: string | undefined): void {
  location.hash = id === undefined ? '' : hrefOf(id);
}

function subscribe(listener: () => void): () => void {
  addEventListener('hashchange', listener);
  return () => removeEventListener('hashchange', listener);
}
