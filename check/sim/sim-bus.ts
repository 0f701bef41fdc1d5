import type { Bus, LiveMessage } from '../../server/bus/bus.ts';
import { createMemoryBus } from '../../server/bus/memory-bus.ts';
import type { RoomName } from '../../server/log/room-log.ts';

/** A bus that takes its time: one message after the other, in the order of their sending. */
export function createSimBus(sleep: () => Promise<void>): { bus: Bus; handlers: () => number } {
  const inner = createMemoryBus();
  let handlers = 0;
  let last = Promise.resolve();
  const carry = async (before: Promise<void>, room: RoomName, message: LiveMessage) => {
    await before;
    await sleep();
    await inner.publish(room, message);
  };
  return {
    handlers: () => handlers,
    bus: {
      announce: inner.announce,
      onNotice: inner.onNotice,
      publish: (room, message) => (last = carry(last, room, message)),
      subscribe: (room, handler) => {
        handlers += 1;
        const undo = inner.subscribe(room, handler);
        return () => {
          handlers -= 1;
          undo();
        };
      },
    },
  };
}
