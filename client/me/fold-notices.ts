import type { FrameOf, MeState, RoomEvent, RoomKind } from '../../shared/index.ts';
import { countOf, takeEvent, takeState, UNKNOWN, type UnreadKnown } from '../life/unread-count.ts';
import { isFurther, offsetIn, offsetOf } from '../offsets.ts';

/** What a screen shows of one's own stream. */
export interface Notices<Event = RoomEvent> {
  /** The newest events, oldest first: 200 at most. */
  readonly events: readonly Event[];
  /** How many are new: not seen on any device, and not of one's own doing, be they among `events` or not. From
   *  1,000 on there may be more. Until the server has counted: how many of `events`. */
  readonly unread: number;
  /** Position up to which everything was seen; null: nothing yet. */
  readonly seen: string | null;
}

/** What a device knows of one's own stream: what is shown of it, and what it counts by. */
export interface NoticesKnown<Event = RoomEvent> extends Pick<Notices<Event>, 'events' | 'seen'> {
  readonly counted: UnreadKnown;
}

const MOST_EVENTS = 200;
// Whatever is kept of one's own stream counts, and nothing there changes what was.
const ALL = { has: () => true };

/** Nothing is known yet. */
export const NOTHING: NoticesKnown<never> = { events: [], seen: null, counted: UNKNOWN };

/** What is shown of what is known. `userId`: whose it is, where that is known. */
export function noticesOf<Event extends RoomEvent>(
  { events, seen, counted }: NoticesKnown<Event>,
  userId: string | undefined,
): Notices<Event> {
  const { state } = counted;
  const isNew = ({ by, position }: Event) => by.id !== userId && isFurther(position, seen);
  const unread = state
    ? countOf({ ...counted, me: userId }, offsetIn(seen, state.to))
    : events.filter(isNew).length;
  return { events, unread, seen };
}

/** Nothing has come yet. */
export const NO_NOTICES: Notices<never> = noticesOf(NOTHING, undefined);

/** What is known after a frame. */
export function foldNotices<K extends RoomKind, Event extends RoomEvent>(
  known: NoticesKnown<Event>,
  frame: FrameOf<K>,
  userId: string | undefined,
): NoticesKnown<Event> {
  switch (frame.type) {
    case 'ready': {
      // What led up to the stream comes with it, unless it goes on where it was.
      const events = frame.start === 'resumed' ? known.events : recentOf<Event>(frame);
      return seenIn({ ...known, events }, frame.latest);
    }
    case 'latest':
      return seenIn(known, frame.latest);
    case 'event': {
      // The kind's own event, whose type only the contract knows.
      const event = frame.event as unknown as Event;
      if (event.type === 'seen') return seenIn(known, [event]);
      // What is not kept is no notice: it has no place among them.
      if (event.id !== event.position) return known;
      const counted = takeEvent({ ...known.counted, me: userId }, event, ALL);
      return { ...withEvents(known, [...known.events, event]), counted };
    }
    case 'erased':
      return withEvents(
        known,
        known.events.filter(({ position }) => position !== frame.position),
      );
    default:
      return known;
  }
}

/** What is known with a page of stored events in place of what was there, but for what is newer than it. `since`: of
 *  an empty page, up to where there is nothing. */
export function withPage<Event extends RoomEvent>(
  known: NoticesKnown<Event>,
  page: readonly Event[],
  since: string,
): NoticesKnown<Event> {
  const last = page.at(-1)?.position ?? since;
  const newer = known.events.filter(({ position }) => offsetIn(position, last) > offsetOf(last));
  return withEvents(known, [...page, ...newer]);
}

/** What is known with what the server has counted. */
export function withState<Event extends RoomEvent>(
  known: NoticesKnown<Event>,
  { seen, unread, to }: MeState,
): NoticesKnown<Event> {
  const next = seenUpTo(known, seen);
  // An older server has counted nothing.
  if (!to) return next;
  // A mark of another epoch says nothing of this one.
  const mark = seen && offsetIn(seen, to) > 0 && { position: seen };
  return { ...next, counted: takeState(next.counted, { version: 0, unread, to, ...mark }) };
}

/** What is known with everything seen up to a position: no text, nothing. It never goes back. */
export function seenUpTo<Event extends RoomEvent>(
  known: NoticesKnown<Event>,
  position: unknown,
): NoticesKnown<Event> {
  const isAhead = typeof position === 'string' && isFurther(position, known.seen);
  return isAhead ? { ...known, seen: position } : known;
}

function recentOf<Event>(frame: { readonly recent?: readonly RoomEvent[] | undefined }): Event[] {
  // Of the kind whose stream it is.
  return [...(frame.recent ?? [])] as unknown as Event[];
}

function seenIn<Event extends RoomEvent>(
  known: NoticesKnown<Event>,
  latest: readonly { readonly type: string; readonly data: unknown }[],
): NoticesKnown<Event> {
  const seen = latest.find(({ type }) => type === 'seen');
  // A server may say anything.
  const data = seen?.data as { readonly position?: unknown } | null | undefined;
  return seenUpTo(known, data?.position);
}

function withEvents<Event extends RoomEvent>(
  known: NoticesKnown<Event>,
  events: readonly Event[],
): NoticesKnown<Event> {
  return { ...known, events: events.slice(-MOST_EVENTS) };
}
