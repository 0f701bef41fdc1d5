import type { Bus } from '../../server/bus/bus.ts';
import { createMemoryBus } from '../../server/bus/memory-bus.ts';
import { createMemoryLog } from '../../server/log/memory-log.ts';
import type { RoomLog } from '../../server/log/room-log.ts';
import { createMemoryPresence } from '../../server/presence/memory-presence.ts';
import type { Presence } from '../../server/presence/presence.ts';
import { Hub } from '../../server/rooms/hub.ts';
import { chat, DAY, type Contract, type Retention } from '../../shared/index.ts';
import { manualClock, type ManualClock } from './manual-clock.ts';

function fail(error: unknown): never {
  throw error;
}

/** An empty memory log of epoch `E`. */
export function memoryLog(
  retention: Retention = { maxEvents: 10_000, maxAgeMs: 30 * DAY },
): RoomLog {
  return createMemoryLog({ epoch: 'E', retention: () => retention, onError: fail });
}

/** A hub of one node on memory parts, with the clock in the test's hands. */
export function testHub(
  parts: {
    log?: RoomLog;
    contract?: Contract;
    bus?: Bus;
    onError?: (error: unknown) => void;
  } = {},
): {
  hub: Hub;
  log: RoomLog;
  bus: Bus;
  presence: Presence;
  clock: ManualClock;
} {
  const clock = manualClock();
  const { log = memoryLog(), contract = { chat }, bus = createMemoryBus() } = parts;
  const { onError = fail } = parts;
  const presence = createMemoryPresence({ clock });
  const hub = new Hub({ contract, log, presence, bus, clock, nodeTag: 'n', onError });
  return { hub, log, bus, presence, clock };
}

/** A memory bus that can be made to have lost notices. */
export function losingBus(): { bus: Bus; lose: () => void } {
  const bus = createMemoryBus();
  const missed = new Set<() => void>();
  const onNotice: Bus['onNotice'] = (handler, onMissed) => {
    missed.add(onMissed);
    return bus.onNotice(handler, onMissed);
  };
  return { bus: { ...bus, onNotice }, lose: () => missed.forEach((tell) => tell()) };
}

/** The room most tests play in, and those who play. */
export const general = { kind: 'chat', id: 'general' } as const;
export const ada = { id: 'ada', name: 'Ada' } as const;
export const bob = { id: 'bob', name: 'Bob' } as const;
