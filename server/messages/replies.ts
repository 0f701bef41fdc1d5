import { RoomError, type Ack, type RoomKind } from '../../shared/index.ts';
import type { Entry, RoomLog } from '../log/room-log.ts';
import { appendAcked } from './append.ts';
import { findTarget, isRemoved } from './target.ts';

/** Appends an event as the answer to a message of the same room, unless that was removed.
 *  @throws RoomError BAD_INPUT, STALE_POSITION, NO_SUCH_EVENT, EVENT_REMOVED and those of `append` */
export async function appendReply(
  log: RoomLog,
  kind: RoomKind,
  entry: Entry,
  replyTo: string,
): Promise<Ack> {
  const target = await findTarget(log, kind, entry.room, replyTo);
  if (!target?.spec.life.replies) throw new RoomError('NO_SUCH_EVENT');
  // A repeat of a key has its answer in the log, though what it answers was removed since.
  const mayBeRepeat = entry.idempotencyKey !== undefined && target.slot.removed !== undefined;
  if (isRemoved(target) && !mayBeRepeat) throw new RoomError('EVENT_REMOVED');
  const { offset, epoch } = target.position;
  const guard = { types: ['removed'], version: offset, epoch };
  try {
    return await appendAcked(log, { ...entry, about: offset, guard });
  } catch (error) {
    const isStale = error instanceof RoomError && error.code === 'STALE_VERSION';
    throw isStale ? new RoomError('EVENT_REMOVED', undefined, { cause: error }) : error;
  }
}
