import {
  CHANGE_TYPES,
  emptyFold,
  foldEvents,
  messageTypes,
  parsePosition,
  RoomError,
  type DurableSpec,
  type Position,
  type RoomKind,
  type Slot,
} from '../../shared/index.ts';
import type { RoomLog, RoomName, StoredEvent } from '../log/room-log.ts';
import { roomEvent } from '../rooms/tracked-frame.ts';

/** Types that move the version of a message: reactions do not. */
export const VERSION_TYPES = ['edited', 'removed'] as const;

/** A message that something is to be done to, as the log has it now. */
export interface Target {
  readonly room: RoomName;
  readonly position: Position;
  readonly spec: DurableSpec;
  readonly stored: StoredEvent;
  /** Its own event and its newest changes. Of a removed one the removal alone. */
  readonly slot: Slot;
}

/** A message that is not there, or not in this epoch. */
export interface Missing extends Pick<Target, 'room' | 'position'> {
  readonly refusal: RoomError;
}

/** Reads a position. @throws RoomError BAD_INPUT */
export function demandPosition(text: string): Position {
  const position = parsePosition(text);
  if (!position) throw new RoomError('BAD_INPUT', 'not a position: it must read epoch:offset');
  return position;
}

/** Looks for the message at a position. Undefined: there is none, or none any more.
 *  @throws RoomError BAD_INPUT, STALE_POSITION, LOG_UNAVAILABLE, LOG_DAMAGED */
export async function findTarget(
  log: RoomLog,
  kind: RoomKind,
  room: RoomName,
  at: string,
): Promise<Target | undefined> {
  const position = demandPosition(at);
  const { offset } = position;
  const page = await log.read(room, { after: Math.max(0, offset - 1), limit: 1 });
  if (page.epoch !== position.epoch) throw new RoomError('STALE_POSITION');
  const [stored] = page.events;
  if (stored?.offset !== offset) return undefined;
  const spec = Object.hasOwn(kind.events, stored.type) ? kind.events[stored.type] : undefined;
  const types = messageTypes(kind);
  if (spec?.delivery !== 'durable' || !types.has(stored.type)) return undefined;
  const range = { first: offset, last: offset, types: CHANGE_TYPES };
  const changes = await log.changes(room, range);
  const events = [stored, ...changes].flatMap((event) => roomEvent(event, page.epoch) ?? []);
  const slot = foldEvents(emptyFold(0), events, types).slots.get(offset) ?? {};
  return { room, position, spec, stored, slot };
}

/** As `findTarget`, and says why there is none. @throws RoomError BAD_INPUT, LOG_UNAVAILABLE, LOG_DAMAGED */
export async function seekTarget(
  log: RoomLog,
  kind: RoomKind,
  room: RoomName,
  at: string,
): Promise<Target | Missing> {
  const missing = { room, position: demandPosition(at) };
  try {
    const found = await findTarget(log, kind, room, at);
    return found ?? { ...missing, refusal: new RoomError('NO_SUCH_EVENT') };
  } catch (refusal) {
    if (!(refusal instanceof RoomError) || refusal.code !== 'STALE_POSITION') throw refusal;
    return { ...missing, refusal };
  }
}

/** Is its content gone? */
export function isRemoved({ slot, stored }: Target): boolean {
  return slot.removed !== undefined || stored.data === null;
}
