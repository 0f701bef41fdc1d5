import { newKey as timeOrderedKey } from './new-key.ts';
import {
  RoomError,
  type Ack,
  type ClientEventType,
  type EventInput,
  type FrameOf,
  type LatestSpec,
  type PublishInput,
  type RoomKind,
} from '../shared/index.ts';
import { clockOf } from './clock.ts';
import { shownBy } from './frame-place.ts';
import { LivePublishes, type Send } from './live-publishes.ts';
import { Outbox, roomKey } from './outbox/outbox.ts';
import { readAck } from './outbox/read-ack.ts';
import { roomOutbox, type RoomOutbox } from './outbox/room-outbox.ts';
import { OwnValues } from './people/own-values.ts';
import type { RoomCalls } from './room-calls.ts';
import type { HandleOptions } from './room.ts';

/** The publishes of one room. */
export interface RoomPublisher<K extends RoomKind> {
  readonly outbox: RoomOutbox<K>;
  /** @throws RoomError */
  publish<T extends ClientEventType<K>>(
    type: T,
    data: EventInput<K, T>,
    key: string,
    replyTo?: string,
  ): Promise<Ack>;
  /** Takes what the stream has shown: one's own events end their entries (SND3). */
  observe(frame: FrameOf<K>): void;
  /** The room is followed no more: what one has said of oneself is not said again. */
  close(): void;
}

/** Durable events go through the outbox. Others are sent now or not at all, values the newest of them: nobody wants
 *  to hear later that somebody was typing. What went with an earlier connection is said again over the next. */
export function roomPublisher<K extends RoomKind>(
  kind: K,
  calls: RoomCalls<K>,
  room: string,
  options: HandleOptions,
): RoomPublisher<K> {
  const { random = Math.random, isOpen = () => true, outbox = ownOutbox(calls, options) } = options;
  const clock = clockOf(options);
  const { live = new LivePublishes({ clock, random }) } = options;
  const { values = new OwnValues({ live, clock, isOpen }) } = options;
  const name = roomKey(kind.name, room);
  // Several may follow one room.
  const follower = {};

  const publishValue = (type: string, spec: LatestSpec, data: unknown, send: Send) => {
    const of = ownKey(spec, data);
    if (of === undefined) return live.now(send);
    const one = `${name}/${type}/${of}`;
    if (!goesWithConnection(spec)) return live.newest(one, send);
    const { expiresMs: lifeMs = Number.POSITIVE_INFINITY } = spec;
    return values.publish({ name: one, by: follower, send, lifeMs, isEnd: isEndOf(spec, data) });
  };

  return {
    outbox: roomOutbox<K>(outbox, kind.name, room),
    publish: async (type, data, key, replyTo) => {
      const spec = kind.events[type];
      if (spec?.delivery === 'durable') {
        return outbox.publish({ kind: kind.name, room, type, data, key, replyTo });
      }
      const send = async (signal: AbortSignal) => {
        if (!isOpen()) throw new RoomError('DISCONNECTED', `not connected: ${type} is not kept`);
        const input = publishInput<K>({ room, type, data, key });
        return readAck(await calls.publish.mutate(input, { signal }));
      };
      return spec?.delivery === 'latest' ? publishValue(type, spec, data, send) : live.now(send);
    },
    observe: (frame) => {
      if (frame.type === 'event') {
        const { id, idempotencyKey, by, position, at } = frame.event;
        if (idempotencyKey !== undefined) {
          outbox.echoed(name, idempotencyKey, by.id, { id, position, at });
        }
      } else if (frame.type === 'ready') {
        if (frame.keyWindowMs !== undefined) outbox.setKeyWindow(name, frame.keyWindowMs);
        values.seated(follower);
      }
      const shown = shownBy(frame);
      if (shown !== undefined) outbox.saw(name, shown);
    },
    close: () => values.left(follower),
  };
}

/** Which of one's own values data is the newest of. Undefined: only the server can say. */
function ownKey({ key, data: schema }: LatestSpec, data: unknown): string | undefined {
  // One's own are all of one user, and of one member.
  return typeof key === 'function' ? readAs(schema, data, (read) => key(read)) : '';
}

/** Is a value lost with the connection, and one's own whatever others have said since? One of the user may be of
 *  another device, and a missed event may have ended it. */
function goesWithConnection({ key, clear, endedBy }: LatestSpec): boolean {
  return key === 'member' && clear === 'drop' && endedBy.length === 0;
}

function isEndOf({ isEnd, data: schema }: LatestSpec, data: unknown): boolean {
  return isEnd !== undefined && readAs(schema, data, (read) => isEnd(read)) === true;
}

/** What a contract's own function says of data, as its own schema reads it. Undefined: it says nothing. */
function readAs<T>(
  schema: LatestSpec['data'],
  data: unknown,
  of: (read: never) => T,
): T | undefined {
  try {
    const read = schema.safeParse(data);
    return read.success ? of(read.data as never) : undefined;
  } catch {
    return undefined;
  }
}

/** One member of the union that PublishInput is: the one of `type`. */
export function publishInput<K extends RoomKind>(publish: {
  readonly room: string;
  readonly type: string;
  readonly data: unknown;
  readonly key: string;
  readonly replyTo?: string | undefined;
}): PublishInput<K> {
  const { room, type, data, key, replyTo } = publish;
  const reply = replyTo === undefined ? {} : { replyTo };
  return { room, type, data, idempotencyKey: key, ...reply } as PublishInput<K>;
}

/** Over a stock client's branch a handle keeps its unsent publishes itself. It cannot know when the
 *  connection is back, so it tries; nor who publishes, so it waits for the ack. */
function ownOutbox<K extends RoomKind>(calls: RoomCalls<K>, options: HandleOptions): Outbox {
  const { random = Math.random, newKey = timeOrderedKey } = options;
  return new Outbox({
    clock: clockOf(options),
    random,
    newKey,
    user: () => '',
    isOpen: () => true,
    send: (entry, signal) => calls.publish.mutate(publishInput<K>(entry), { signal }),
  });
}
