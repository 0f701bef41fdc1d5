import type { RoomHandle } from '../../client/index.ts';
import { toJson } from '../../server/rest/to-json.ts';
import {
  formatPosition,
  limits,
  parsePosition,
  type Gap,
  type HistoryPage,
  type RoomEvent,
  type RoomKind,
} from '../../shared/index.ts';
import { defineCommand, type Context } from '../command.ts';
import { connect, connectionOptions, enter, nameOption, untilJoined } from '../connect.ts';
import { formatEvent } from '../event-line.ts';
import { usageError } from '../failure.ts';
import { untilAborted } from '../interrupt.ts';
import { failureOfKind, kindNamed, kindOption, type KindClient } from '../kind-client.ts';
import { parseCount } from '../numbers.ts';
import { checkRoom } from '../room-argument.ts';

/** `trpc-rooms tail`: follows a room. */
export const tail = defineCommand(
  {
    name: 'tail',
    summary: 'Follow a room, one event a line. Ctrl-C leaves.',
    args: [{ name: 'ROOM', says: 'the id of the room' }],
    options: {
      ...kindOption,
      since: { value: 'POSITION', says: 'resume after this position, as printed with --json' },
      history: {
        value: 'N',
        default: '0',
        says: 'print the last N stored events first',
      },
      count: { value: 'N', says: 'leave after N events (default: follow until stopped)' },
      ...connectionOptions,
      ...nameOption,
    },
    examples: [
      'trpc-rooms tail general --history 20',
      'trpc-rooms tail general --json --since XqOPEmeARsWO:1041',
      'trpc-rooms tail plans --kind board',
    ],
  },
  async ({ values, args: [room = ''] }, context) => {
    checkRoom(room, 'tail');
    const kind = kindNamed(values.kind, 'tail');
    const { since } = values;
    if (since !== undefined && !parsePosition(since)) {
      throw usageError(`--since must read epoch:offset, not ${JSON.stringify(since)}`, 'tail');
    }
    const history = parseCount('history', values.history, { min: 0, max: 100_000 });
    if (since !== undefined && history > 0) {
      throw usageError('--since already says where to begin: leave out --history', 'tail');
    }
    const count =
      values.count === undefined ? undefined : parseCount('count', values.count, { min: 1 });
    const rooms = connect(kind, await enter(values));
    try {
      await follow(rooms, { room, since, history, count, json: values.json }, context);
      return 0;
    } catch (error) {
      throw failureOfKind(error, kind);
    } finally {
      rooms.close();
    }
  },
);

interface Follow {
  readonly room: string;
  readonly since: string | undefined;
  readonly history: number;
  readonly count: number | undefined;
  readonly json: boolean;
}

async function follow(rooms: KindClient, options: Follow, context: Context): Promise<void> {
  const { json } = options;
  const enough = new AbortController();
  let left = options.count ?? Number.POSITIVE_INFINITY;
  const print = (event: RoomEvent) => {
    if (left <= 0) return;
    left -= 1;
    context.stdout.write(`${json ? toJson(event) : formatEvent(event)}\n`);
    if (left <= 0) enough.abort();
  };
  const note = (what: object, words: string) => {
    context.stderr.write(`${json ? JSON.stringify(what) : words}\n`);
  };

  const room = rooms.join(options.room, {
    onGap: (gap) => note({ gap }, describeGap(gap)),
    // The stream waits meanwhile, so history and stream meet without a hole.
    loadState: async (position) => {
      if (options.history > 0) await printHistory(room, position, options.history, print);
    },
    ...(options.since === undefined ? {} : { since: options.since }),
  });
  room.onFrame((frame) => {
    if (frame.type === 'event') print(frame.event);
    if (frame.type === 'ready' || frame.type === 'latest') frame.latest.forEach(print);
  });
  const failed = new Promise<never>((_, reject) => {
    room.subscribe((state) => state.state === 'failed' && reject(state.error));
  });
  failed.catch(() => {});

  await Promise.race([
    untilJoined(rooms, room, context.signal),
    untilAborted(enough.signal),
    untilAborted(context.signal),
  ]);
  const undo = noteOutages(rooms, note);
  await Promise.race([untilAborted(enough.signal), untilAborted(context.signal), failed]);
  undo();
}

/** The newest events up to the position at which the stream begins, oldest first. */
async function printHistory(
  room: RoomHandle<RoomKind>,
  position: string,
  count: number,
  print: (event: RoomEvent) => void,
): Promise<void> {
  const from = parsePosition(position);
  if (!from) throw new Error(`tail: not a position: ${position}`);
  // `before` is exclusive.
  let before = formatPosition({ ...from, offset: from.offset + 1 });
  let events: RoomEvent[] = [];
  while (events.length < count) {
    const limit = Math.min(limits.historyPageMax, count - events.length);
    const page: HistoryPage<RoomEvent> = await room.history({ before, limit });
    events = [...page.events, ...events];
    const [oldest] = page.events;
    if (!page.hasMore || !oldest) break;
    before = oldest.position;
  }
  events.forEach(print);
}

function describeGap({ reason, from, to }: Gap): string {
  return `-- gap: events after ${from} up to ${to} are missing (${reason})`;
}

function noteOutages(rooms: KindClient, note: (what: object, words: string) => void): () => void {
  let isLost = false;
  return rooms.connection.subscribe(({ state }) => {
    // Once for an outage, however many attempts it takes.
    if (state === 'waiting' && !isLost) {
      note({ connection: 'connecting' }, '-- connection lost, coming back');
    }
    if (state === 'open') note({ connection: state }, '-- connected again');
    isLost = state === 'waiting' || (isLost && state === 'connecting');
  });
}
