import { createMemoryBus } from '../../server/bus/memory-bus.ts';
import type { Bus } from '../../server/bus/bus.ts';
import type { News } from '../../server/membership/facts.ts';
import { createRoomKeeping, type RoomKeeping } from '../../server/membership/room-keeping.ts';
import { createMemoryPresence } from '../../server/presence/memory-presence.ts';
import { createMemoryRecords } from '../../server/records/memory-records.ts';
import type { Records } from '../../server/records/records.ts';
import { chat } from '../../shared/index.ts';
import { manualClock, type ManualClock } from './manual-clock.ts';
import { memoryLog } from './rooms.ts';

/** The keeping of rooms on one node, whose publishing is the test's. */
export interface Keeping extends RoomKeeping {
  readonly clock: ManualClock;
  readonly bus: Bus;
  readonly records: Records;
  /** What was published, type by type. */
  readonly told: News[];
  /** What went wrong in the background. */
  readonly errors: unknown[];
}

/** Makes one. With another's `records` it is another node, or the next life of one. */
export function testKeeping(
  parts: { records?: Records; bus?: Bus; publish?: (news: News) => Promise<unknown> } = {},
): Keeping {
  const { records = createMemoryRecords(), bus = createMemoryBus() } = parts;
  const clock = manualClock();
  const told: News[] = [];
  const errors: unknown[] = [];
  let ids = 0;
  const keeping = createRoomKeeping({
    contract: { chat },
    records,
    bus,
    clock,
    log: memoryLog(),
    presence: createMemoryPresence({ clock }),
    newId: () => `id${(ids += 1)}`,
    publish: async (news) => {
      await parts.publish?.(news);
      told.push(news);
    },
    onError: (error) => void errors.push(error),
  });
  return { ...keeping, clock, bus, records, told, errors };
}
