import { roomKey } from '../log/room-log.ts';
import type { Bus, LiveMessage } from './bus.ts';

type Handler = (message: LiveMessage) => void;

/** The bus of a single node: a publish has reached every handler when it returns. */
export function createMemoryBus(): Bus {
  const rooms = new Map<string, Set<Handler>>();
  return {
    publish: async (room, message) => {
      for (const handler of rooms.get(roomKey(room)) ?? []) handler(message);
    },
    subscribe(room, handler) {
      const key = roomKey(room);
      const handlers = rooms.get(key) ?? new Set<Handler>();
      rooms.set(key, handlers.add(handler));
      return () => {
        handlers.delete(handler);
        if (handlers.size === 0 && rooms.get(key) === handlers) rooms.delete(key);
      };
    },
  };
}
