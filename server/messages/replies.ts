import { RoomError, type Ack, type RoomKind } from '../../shared/index.ts';
import type { Entry, RoomLog } from '../log/room-log.ts';
import { appendAbout, appendedBefore, removedSince } from './append.ts';
import { demandPosition, isRemoved, seekTarget } from './target.ts';

/** Appends an event as the answer to a message of the same room, unless that was removed.
 *  @throws RoomError BAD_INPUT, STALE_POSITION, NO_SUCH_EVENT, EVENT_REMOVED and those of `append` */
export async function appendReply(
  log: RoomLog,
  kind: RoomKind,
  entry: Entry,
  replyTo: string,
): Promise<Ack> {
  const position = demandPosition(replyTo);
  const refusal = await refusalOf(log, kind, entry, replyTo);
  if (refusal) return appendedBefore(log, { ...entry, about: position.offset }, refusal);
  return appendAbout(log, entry, position);
}

async function refusalOf(
  log: RoomLog,
  kind: RoomKind,
  { room }: Entry,
  replyTo: string,
): Promise<RoomError | undefined> {
  const target = await seekTarget(log, kind, room, replyTo);
  if ('refusal' in target) return target.refusal;
  if (!target.spec.life.replies) return new RoomError('NO_SUCH_EVENT');
  return isRemoved(target) ? removedSince() : undefined;
}
