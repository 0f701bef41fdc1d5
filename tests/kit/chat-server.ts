import { onTestFinished } from 'vitest';
import { createRooms } from '../../client/index.ts';
import { chat } from '../../shared/index.ts';
import { startServer } from './clients.ts';

/** A server, and how one joins a chat room of it; his client closes with the test. */
export async function chatServer() {
  const started = await startServer();
  const join = async (id: string, url = started.socketUrl, room = 'r') => {
    const rooms = createRooms({ chat }, { url, token: await started.token(id), random: () => 0 });
    onTestFinished(() => rooms.close());
    return rooms.chat.join(room, { onGap: 'reload' });
  };
  return { ...started, join };
}

/** Keeps a store listened to. */
export function watch<T>(store: { subscribe(listener: () => void): () => void; getSnapshot(): T }) {
  const snapshots: T[] = [];
  store.subscribe(() => snapshots.push(store.getSnapshot()));
  return snapshots;
}
