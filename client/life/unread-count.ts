import { clientLimits } from '../../shared/client-limits.ts';
import type { ReadState, Removed, RoomEvent } from '../../shared/index.ts';
import { epochOf, offsetIn, offsetOf } from '../offsets.ts';

/** What a device knows of a room's unread events: what the server has counted, and what has come since. */
export interface UnreadKnown {
  /** Whose events do not count. */
  readonly me: string | undefined;
  readonly state: Omit<ReadState, 'room'> | undefined;
  /** Of `since` and `removed`: the epoch that the stream is in. */
  readonly epoch: string | undefined;
  /** Countable events that came after `state.to`, in order. A list, not a map: a busy room copies it
   *  hundreds of times a second. */
  readonly since: readonly Countable[];
  /** Events that were counted in `state` and removed after it, by offset: where the removal stands. */
  readonly removed: ReadonlyMap<number, number>;
}

interface Countable {
  readonly offset: number;
  /** Who published it. */
  readonly by: string;
}

/** Nothing yet. */
export const UNKNOWN: UnreadKnown = {
  me: undefined,
  state: undefined,
  epoch: undefined,
  since: [],
  removed: new Map(),
};

// What comes before the server has counted is forgotten beyond this: the count brings it.
const MOST_HELD = 1_000;

/** Takes what the server says, unless it is older than what is known: later versions count, then positions
 *  further on, then later counts. */
export function takeState(known: UnreadKnown, state: Omit<ReadState, 'room'>): UnreadKnown {
  const { state: before } = known;
  if (before && isOlder(state, before)) return known;
  // The stream may have come to the epoch that was counted before the count did.
  const epoch = epochOf(state.to);
  if (epoch !== known.epoch) return { ...UNKNOWN, me: known.me, state, epoch };
  const to = offsetOf(state.to);
  const since = known.since.filter(({ offset }) => offset > to);
  // What was removed before it was counted is not counted; what has come since is not there any more.
  const removed = [...known.removed].filter(([, removal]) => removal > to);
  return { ...known, state, since, removed: new Map(removed) };
}

/** Takes an event of the stream. `types`: those that count. */
export function takeEvent(
  known: UnreadKnown,
  event: RoomEvent,
  types: Pick<ReadonlySet<string>, 'has'>,
): UnreadKnown {
  const [offset, epoch] = [offsetOf(event.position), epochOf(event.position)];
  if (epoch !== known.epoch) {
    const { me, state } = known;
    return takeEvent({ ...UNKNOWN, me, state, epoch }, event, types);
  }
  if (offset <= offsetIn(known.state?.to, event.position)) return known;
  if (types.has(event.type)) {
    // Own ones count for nothing, and would push out what does.
    if (event.by.id === known.me) return known;
    return { ...known, since: withOne(known.since, { offset, by: event.by.id }) };
  }
  if (event.type !== 'removed') return known;
  const { target, author, of } = event.data as Removed;
  if (!types.has(of) || author.id === known.me) return known;
  const since = known.since.filter((one) => one.offset !== offsetOf(target));
  const removed = [...known.removed, [offsetOf(target), offset] as const];
  return { ...known, since, removed: new Map(removed.slice(-MOST_HELD)) };
}

/** The list with one more, in order; one that is there already, as a stream that begins anew may bring it,
 *  counts once. */
function withOne(since: readonly Countable[], one: Countable): readonly Countable[] {
  const before = since.findLastIndex(({ offset }) => offset <= one.offset);
  if (since[before]?.offset === one.offset) return since;
  const isLast = before === since.length - 1;
  const list = isLast ? [...since, one] : since.toSpliced(before + 1, 0, one);
  return list.length > MOST_HELD ? list.slice(-MOST_HELD) : list;
}

/** How many are not read, at most as many as the server counts: every device says the same. What was read on this
 *  device and is not stored yet counts as read (`readTo`, an offset). */
export function countOf({ me, state, since, removed }: UnreadKnown, readTo = 0): number {
  if (!state) return 0;
  const [read, to] = [offsetOf(state.position), offsetOf(state.to)];
  const from = Math.max(read, readTo);
  // Read further than was counted: all that was counted is read.
  const counted = from >= to ? 0 : state.unread;
  const gone = [...removed.keys()].filter((offset) => offset > read && offset <= to).length;
  let later = 0;
  for (const { offset, by } of since) if (offset > from && by !== me) later += 1;
  return Math.min(clientLimits.unreadCount, Math.max(0, counted - gone) + later);
}

function isOlder(a: Omit<ReadState, 'room'>, b: Omit<ReadState, 'room'>): boolean {
  const ahead =
    a.version - b.version ||
    offsetOf(a.position) - offsetOf(b.position) ||
    offsetOf(a.to) - offsetOf(b.to);
  return epochOf(a.to) === epochOf(b.to) && ahead < 0;
}
