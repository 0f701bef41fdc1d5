import { formatPosition, type Ack } from '../../shared/index.ts';
import type { Entry, RoomLog } from '../log/room-log.ts';

/** Appends an event and says where it stands. @throws RoomError as `RoomLog.append` */
export async function appendAcked(log: RoomLog, entry: Entry): Promise<Ack> {
  const done = await log.append(entry);
  const id = formatPosition(done);
  const { at, duplicate } = done;
  return { id, position: id, at: new Date(at), level: log.level, duplicate };
}
