import {
  createRooms,
  httpFallback,
  indexedDbStorage,
  type RoomHandle,
  type RoomsClient,
  type Way,
} from 'trpc-rooms/client';
import { chat } from 'trpc-rooms/shared';
import type { Session } from './session.ts';

/** The contract of this page: the chat that the server carries, as it is. */
export type ChatClient = RoomsClient<{ chat: typeof chat }>;

/** A joined chat room. */
export type ChatRoom = RoomHandle<typeof chat>;

/** Where everybody meets. */
export const LOBBY = 'general';

/** Connects as somebody. What is unsent waits in IndexedDB, over a reload too; where WebSockets are blocked, all
 *  of it goes over HTTP. */
export function openClient(
  session: Session,
  hear: { readonly onStorageError: () => void; readonly onWay: (way: Way) => void },
): ChatClient {
  const url = new URL('trpc', location.origin);
  url.protocol = url.protocol.replace('http', 'ws');
  return createRooms(
    { chat },
    {
      url: url.href,
      token: session.token,
      user: session.user.id,
      WebSocket: httpFallback({ onChange: hear.onWay }),
      outbox: { storage: indexedDbStorage(), onStorageError: hear.onStorageError },
    },
  );
}
