import { parsePosition, type FrameOf, type RoomEvent, type RoomKind } from '../../shared/index.ts';

/** What a screen shows of one's own stream. */
export interface Notices<Event = RoomEvent> {
  /** The newest events, oldest first: 200 at most. */
  readonly events: readonly Event[];
  /** How many of them are new: not seen on any device, and not of one's own doing. */
  readonly unread: number;
  /** Position up to which everything was seen; null: nothing yet. */
  readonly seen: string | null;
}

const MOST_EVENTS = 200;

/** Nothing has come yet. */
export const NO_NOTICES: Notices<never> = { events: [], unread: 0, seen: null };

/** The notices after a frame. `userId`: whose they are, where that is known. */
export function foldNotices<K extends RoomKind, Event extends RoomEvent>(
  notices: Notices<Event>,
  frame: FrameOf<K>,
  userId: string | undefined,
): Notices<Event> {
  switch (frame.type) {
    case 'ready': {
      // What led up to the stream comes with it, unless it goes on where it was.
      const events = frame.start === 'resumed' ? notices.events : recentOf<Event>(frame);
      return withEvents(seenIn(notices, frame.latest), events, userId);
    }
    case 'latest':
      return withEvents(seenIn(notices, frame.latest), notices.events, userId);
    case 'event':
      if (frame.event.type === 'seen') {
        return withEvents(seenIn(notices, [frame.event]), notices.events, userId);
      }
      // What is not kept is no notice: it has no place among them.
      if (frame.event.id !== frame.event.position) return notices;
      // The kind's own event, whose type only the contract knows.
      return withEvents(notices, [...notices.events, frame.event as unknown as Event], userId);
    case 'erased':
      return withEvents(
        notices,
        notices.events.filter(({ position }) => position !== frame.position),
        userId,
      );
    default:
      return notices;
  }
}

/** The notices with a page of stored events in place of what was known, but for what is newer than it. `since`: of
 *  an empty page, up to where there is nothing. */
export function withPage<Event extends RoomEvent>(
  notices: Notices<Event>,
  page: readonly Event[],
  since: string,
  userId: string | undefined,
): Notices<Event> {
  const last = parsePosition(page.at(-1)?.position ?? since);
  const newer = notices.events.filter(({ position }) => {
    const own = parsePosition(position);
    return !!own && own.epoch === last?.epoch && own.offset > last.offset;
  });
  return withEvents(notices, [...page, ...newer], userId);
}

/** The notices with everything seen up to a position. It never goes back. */
export function seenUpTo<Event extends RoomEvent>(
  notices: Notices<Event>,
  position: string | null,
  userId: string | undefined,
): Notices<Event> {
  if (position === null || !isBehind(notices.seen, position)) return notices;
  return withEvents({ ...notices, seen: position }, notices.events, userId);
}

function recentOf<Event>(frame: { readonly recent?: readonly RoomEvent[] | undefined }): Event[] {
  // Of the kind whose stream it is.
  return [...(frame.recent ?? [])] as unknown as Event[];
}

function seenIn<Event>(
  notices: Notices<Event>,
  latest: readonly { readonly type: string; readonly data: unknown }[],
): Notices<Event> {
  const data = latest.find(({ type }) => type === 'seen')?.data;
  const seen = typeof data === 'object' && data && 'position' in data ? data.position : undefined;
  return typeof seen === 'string' && isBehind(notices.seen, seen) ? { ...notices, seen } : notices;
}

function withEvents<Event extends RoomEvent>(
  { seen }: Notices<Event>,
  events: readonly Event[],
  userId: string | undefined,
): Notices<Event> {
  const kept = events.slice(-MOST_EVENTS);
  const isNew = ({ by, position }: Event) => by.id !== userId && isBehind(seen, position);
  return { events: kept, unread: kept.filter(isNew).length, seen };
}

/** Does a mark stand before a position? One of another life of the log says nothing of this one. */
function isBehind(mark: string | null, position: string): boolean {
  const [known, other] = [mark === null ? undefined : parsePosition(mark), parsePosition(position)];
  return !known || !other || known.epoch !== other.epoch || known.offset < other.offset;
}
