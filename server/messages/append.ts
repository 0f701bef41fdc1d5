import { formatPosition, RoomError, type Ack, type Position } from '../../shared/index.ts';
import type { Entry, Guard, RoomLog } from '../log/room-log.ts';

// No event stands at it: what is appended under it is a repeat, or refused.
const NEVER: Guard = { types: [], version: -1 };

/** Appends an event and says where it stands. @throws RoomError as `RoomLog.append` */
export async function appendAcked(log: RoomLog, entry: Entry): Promise<Ack> {
  const done = await log.append(entry);
  const id = formatPosition(done);
  const { at, duplicate } = done;
  return { id, position: id, at: new Date(at), level: log.level, duplicate };
}

/** Appends an event about a message, unless that was removed.
 *  @throws RoomError EVENT_REMOVED and those of `RoomLog.append` */
export function appendAbout(log: RoomLog, entry: Entry, { offset, epoch }: Position): Promise<Ack> {
  const guard = { types: ['removed'], version: offset, epoch };
  return appendUnless(log, { ...entry, about: offset, guard }, removedSince);
}

/** Appends an event where a room stands: nothing has been appended behind that position.
 *  @throws RoomError STALE_VERSION, STALE_POSITION and those of `RoomLog.append` */
export async function appendAt(log: RoomLog, entry: Entry, position: Position): Promise<Ack> {
  const { offset, epoch } = position;
  const bounds = await log.bounds(entry.room);
  if (bounds.epoch !== epoch) {
    return appendedBefore(log, entry, new RoomError('STALE_POSITION'));
  }
  const guard = { types: [], version: offset, epoch };
  return appendUnless(log, { ...entry, guard }, (cause) => {
    const message = 'something else was published meanwhile: read on, and decide again';
    return new RoomError('STALE_VERSION', message, { cause });
  });
}

/** What is refused because its message was removed. */
export function removedSince(cause?: RoomError): RoomError {
  return new RoomError('EVENT_REMOVED', undefined, { cause });
}

/** Answers an event that is refused, whose key may have an answer in the log all the same (SND1): a repeat gets
 *  that, whatever has become of what it is about. Appends nothing.
 *  @throws RoomError `refusal`, CONFLICT, LOG_UNAVAILABLE */
export async function appendedBefore(log: RoomLog, entry: Entry, refusal: RoomError): Promise<Ack> {
  if (entry.idempotencyKey === undefined) throw refusal;
  return appendUnless(log, { ...entry, guard: NEVER }, () => refusal);
}

/** As `appendAcked`. @throws RoomError what `refuse` makes where the guard does not hold */
async function appendUnless(
  log: RoomLog,
  entry: Entry,
  refuse: (cause: RoomError) => RoomError,
): Promise<Ack> {
  try {
    return await appendAcked(log, entry);
  } catch (error) {
    throw error instanceof RoomError && error.code === 'STALE_VERSION' ? refuse(error) : error;
  }
}
