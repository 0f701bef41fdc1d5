import { createMemoryBus } from '../../server/bus/memory-bus.ts';
import { createMemoryPresence } from '../../server/presence/memory-presence.ts';
import type { RoomLog } from '../../server/log/room-log.ts';
import { Feed, type FeedOptions } from '../../server/rooms/feed.ts';
import { OpenRooms } from '../../server/rooms/open-rooms.ts';
import { Replays, type ReplayLimits } from '../../server/rooms/replays.ts';
import { createFrameNumbers } from '../../server/rooms/tracked-frame.ts';
import { chat, parsePosition, type Frame, type RoomEvent } from '../../shared/index.ts';
import { manualClock } from './manual-clock.ts';
import { ada, general } from './rooms.ts';

/** A frame as a feed gives it. */
export interface SeenFrame {
  readonly id: string;
  readonly frame: Frame<RoomEvent>;
}

/** A stage with one room: append to the log, send live values, open feeds and pull them. */
export async function feedStage(log: RoomLog) {
  const bus = createMemoryBus();
  const frameNumber = createFrameNumbers('n');
  const clock = manualClock();
  const presence = createMemoryPresence({ clock });
  const rooms = new OpenRooms({ log, bus, presence, clock, frameNumber });
  const append = (text: string) =>
    log.append({
      room: general,
      type: 'message',
      data: `{"json":{"text":"${text}"}}`,
      by: ada,
      at: 1,
    });
  const open = (options: Omit<FeedOptions, 'room' | 'replays'> & ReplayLimits = {}) => {
    const replays = new Replays({ gatherTurns: 1, ...options });
    return rooms.with(general, chat, (room) => new Feed({ room, replays, ...options }));
  };
  const type = (typing: boolean) =>
    bus.publish(general, {
      number: frameNumber(),
      type: 'typing',
      data: JSON.stringify({ json: { typing } }),
      by: ada,
      at: 1,
      memberId: undefined,
      idempotencyKey: undefined,
    });
  return { append, open, type, rooms };
}

/** The next frames of a feed. */
export async function pull(feed: Feed, count: number): Promise<SeenFrame[]> {
  const seen: SeenFrame[] = [];
  for (let index = 0; index < count; index += 1) {
    const { value } = await feed.next();
    if (value) seen.push({ id: value[0], frame: value[1] });
  }
  return seen;
}

/** Where the durable events among them are. */
export const offsets = (seen: readonly SeenFrame[]) =>
  seen
    .filter(({ frame }) => frame.type === 'event' && !frame.event.id.includes('/'))
    .map(({ id }) => parsePosition(id)?.offset);
