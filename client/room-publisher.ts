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
import { LivePublishes } from './live-publishes.ts';
import { Outbox, roomKey } from './outbox/outbox.ts';
import { readAck } from './outbox/read-ack.ts';
import { roomOutbox, type RoomOutbox } from './outbox/room-outbox.ts';
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
}

/** Durable events go through the outbox. Others are sent now or not at all, values the newest of them: nobody wants
 *  to hear later that somebody was typing. */
export function roomPublisher<K extends RoomKind>(
  kind: K,
  calls: RoomCalls<K>,
  room: string,
  options: HandleOptions,
): RoomPublisher<K> {
  const { random = Math.random, isOpen = () => true, outbox = ownOutbox(calls, options) } = options;
  const { live = new LivePublishes({ clock: clockOf(options), random }) } = options;
  const name = roomKey(kind.name, room);

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
      const of = spec?.delivery === 'latest' ? ownKey(spec, data) : undefined;
      return of === undefined ? live.now(send) : live.newest(`${name}/${type}/${of}`, send);
    },
    observe: (frame) => {
      if (frame.type === 'event') {
        const { id, idempotencyKey, by, position, at } = frame.event;
        if (idempotencyKey !== undefined) {
          outbox.echoed(name, idempotencyKey, by.id, { id, position, at });
        }
      } else if (frame.type === 'ready' && frame.keyWindowMs !== undefined) {
        outbox.setKeyWindow(name, frame.keyWindowMs);
      }
      const shown = shownBy(frame);
      if (shown !== undefined) outbox.saw(name, shown);
    },
  };
}

/** Which of one's own values data is the newest of. Undefined: only the server can say. */
function ownKey({ key, data: schema }: LatestSpec, data: unknown): string | undefined {
  // One's own are all of one user, and of one member.
  if (typeof key !== 'function') return '';
  try {
    const read = schema.safeParse(data);
    return read.success ? key(read.data as never) : undefined;
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
  const { random = Math.random, newKey = () => timeOrderedKey() } = options;
  return new Outbox({
    clock: clockOf(options),
    random,
    newKey,
    user: () => '',
    isOpen: () => true,
    send: (entry, signal) => calls.publish.mutate(publishInput<K>(entry), { signal }),
  });
}
