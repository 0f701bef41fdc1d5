import type { Bus } from '../../server/bus/bus.ts';
import { createMemoryBus } from '../../server/bus/memory-bus.ts';
import type { Notice } from '../../server/bus/notice.ts';
import { createMemoryRecords } from '../../server/records/memory-records.ts';
import type { Records } from '../../server/records/records.ts';
import { RoomError } from '../../shared/index.ts';
import { testKeeping, type Keeping } from './keeping.ts';
import { openStore } from './redis-store.ts';

/** What the nodes of a keeping of rooms share. */
export interface Shared {
  readonly records: Records;
  readonly bus: Bus;
  close(): Promise<void>;
}

/** Makes as many of them as there are nodes. */
export type Sharing = (count: number) => Promise<readonly Shared[]>;

/** Nodes of one process. */
export const inMemory: Sharing = async (count) => {
  const shared = { records: createMemoryRecords(), bus: createMemoryBus(), close: async () => {} };
  return Array.from({ length: count }, () => shared);
};

/** Nodes on a Redis. */
export const onRedis =
  (url: string): Sharing =>
  async (count) =>
    Promise.all(
      Array.from({ length: count }, async () => {
        const { records, bus, log } = await openStore(url);
        return { records, bus, close: () => log.close() };
      }),
    );

/** A node that can be made to lose what it is told next. */
export interface LosingNode extends Keeping {
  /** What it has heard of others and of itself. */
  readonly notices: readonly Notice[];
  /** The next change of a room is stored, and its acknowledgement lost. */
  loseAck(): void;
  /** Announces fail until they are let through. */
  failAnnounces(isFailing: boolean): void;
  /** The next change of a room is stored, and that is the last thing that this node does. */
  dieAfterStoring(): void;
}

/** Makes one. */
export function losingNode({ records, bus }: Shared): LosingNode {
  let [isAckLost, isFailing, isDying, isDead] = [false, false, false, false];
  const lost = new RoomError('LOG_UNAVAILABLE');
  const demandLife = () => {
    if (isDead) throw lost;
  };
  const read: Records['read'] = async (partition, key) => {
    demandLife();
    return records.read(partition, key);
  };
  const write: Records['write'] = async (partition, changes, isUnfinished) => {
    demandLife();
    const isDone = await records.write(partition, changes, isUnfinished);
    if (!partition.startsWith('room/')) return isDone;
    isDead = isDying;
    demandLife();
    if (!isAckLost) return isDone;
    isAckLost = false;
    throw lost;
  };
  const announce: Bus['announce'] = async (notice) => {
    if (isFailing || isDead) throw lost;
    await bus.announce(notice);
  };
  const node = testKeeping({ records: { ...records, read, write }, bus: { ...bus, announce } });
  const notices: Notice[] = [];
  bus.onNotice(
    (notice) => notices.push(notice),
    () => {},
  );
  return {
    ...node,
    notices,
    loseAck: () => void (isAckLost = true),
    failAnnounces: (is) => void (isFailing = is),
    dieAfterStoring: () => void (isDying = true),
  };
}
