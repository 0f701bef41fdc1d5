import type { Clock } from '../clock.ts';
import type { RoomName } from '../log/room-log.ts';
import { roomOfPartition, type Records } from '../records/records.ts';

const EVERY_MS = 2_000;

/** Finds rooms whose changes have not all been told, by a node that died in between or cannot reach anybody: nodes
 *  that remember such a room would go by what it was before (AUT1). `tell` hears of each. Returns the undo. */
export function takeOver({
  records,
  clock,
  tell,
}: {
  readonly records: Records;
  readonly clock: Clock;
  readonly tell: (room: RoomName) => void;
}): () => void {
  const { takeUnfinished } = records;
  // Nobody else could have left anything that is remembered here.
  if (!takeUnfinished) return () => {};
  let isOver = false;
  let cancel = () => {};
  const look = async () => {
    const left = await takeUnfinished();
    if (isOver) return;
    for (const partition of left) {
      const room = roomOfPartition(partition);
      if (room) tell(room);
    }
  };
  const schedule = () => {
    if (isOver) return;
    // Where it fails Redis is in trouble, which is told of elsewhere; the next look comes all the same.
    cancel = clock.after(EVERY_MS, () => void look().then(schedule, schedule));
  };
  schedule();
  return () => {
    isOver = true;
    cancel();
  };
}
