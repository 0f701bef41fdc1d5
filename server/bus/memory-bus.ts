import { roomKey } from '../log/room-log.ts';
import type { Bus, LiveMessage } from './bus.ts';
import type { Notice } from './notice.ts';

type Handler = (message: LiveMessage) => void;

/** The bus of a single node: a publish has reached every handler when it returns. */
export function createMemoryBus(): Bus {
  const rooms = new Map<string, Set<Handler>>();
  const noticed = new Set<(notice: Notice) => void>();
  return {
    publish: async (room, message) => {
      for (const handler of rooms.get(roomKey(room)) ?? []) handler(message);
    },
    announce: async (notice) => {
      for (const handler of noticed) handler(notice);
    },
    onNotice: (handler) => {
      noticed.add(handler);
      return () => noticed.delete(handler);
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
