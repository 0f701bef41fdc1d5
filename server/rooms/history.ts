import {
  limits,
  RoomError,
  type HistoryInput,
  type HistoryPage,
  type RoomEvent,
  type RoomKind,
} from '../../shared/index.ts';
import type { Page, RoomLog, RoomName, StoredEvent } from '../log/room-log.ts';
import { changesOf } from '../messages/page-changes.ts';
import { demandPosition } from '../messages/target.ts';
import { countWithin, roomEvent } from './tracked-frame.ts';

/** Reads a page of a room's log, with what has happened to its messages since. A page that would be too large
 *  holds fewer events than `limit` (TRN4).
 *  @throws RoomError BAD_INPUT, STALE_POSITION, LOG_UNAVAILABLE, LOG_DAMAGED */
export async function readHistory(
  log: RoomLog,
  room: RoomName,
  kind: RoomKind,
  { before, after, limit = limits.historyPageDefault }: Omit<HistoryInput, 'room'>,
): Promise<HistoryPage<RoomEvent>> {
  const bound = after ?? before;
  const position = bound === undefined ? undefined : demandPosition(bound);
  const isForward = after !== undefined;
  let offset = position?.offset ?? (isForward ? 0 : Number.MAX_SAFE_INTEGER);
  let width = limit;
  let passed: readonly StoredEvent[] = [];
  for (;;) {
    const range = isForward ? { after: offset, limit: width } : { before: offset, limit: width };
    const page = fitting(await log.read(room, range), isForward, limit);
    if (position && position.epoch !== page.epoch) throw new RoomError('STALE_POSITION');
    const events = page.events.flatMap((event) => roomEvent(event, page.epoch) ?? []);
    const isEnd = !hasMore(page, isForward);
    const told = isForward ? [...passed, ...page.events] : [...page.events, ...passed];
    if (events.length > 0 || isEnd) {
      const { bytes, ...changes } = await changesOf(told, { log, room, kind }, page.epoch);
      if (bytes <= limits.historyBytes || events.length < 2) {
        return { events, hasMore: !isEnd, ...changes };
      }
      // Short messages that were edited to long ones: half as many of them.
      const half = { before, after, limit: Math.ceil(page.events.length / 2) };
      return readHistory(log, room, kind, half);
    }
    // A page of erased events alone gives the reader no position to go on from: they are passed by in large steps, and
    // what became of them is told of a page of them at most.
    passed = told.length > limits.historyPageMax ? [] : told;
    offset = page.events.at(isForward ? -1 : 0)?.offset ?? offset;
    width = limits.historyPageMax;
  }
}

/** As many of a page's events, the nearest first, as may be in one answer: so many that are shown, and so many
 *  bytes; one in any case. */
function fitting(page: Page, isForward: boolean, limit: number): Page {
  const nearest = isForward ? page.events : page.events.toReversed();
  let shown = 0;
  const end = nearest.findIndex(({ data }) => data !== null && (shown += 1) > limit);
  const most = end < 0 ? nearest : nearest.slice(0, end);
  const count = Math.max(1, countWithin(most, limits.historyBytes));
  return { ...page, events: isForward ? page.events.slice(0, count) : page.events.slice(-count) };
}

function hasMore({ events, first, head }: Page, isForward: boolean): boolean {
  const [oldest, newest] = [events.at(0), events.at(-1)];
  if (!oldest || !newest) return false;
  return isForward ? newest.offset < head : oldest.offset > first;
}
