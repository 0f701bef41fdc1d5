import { roomKeys } from '../redis/redis-keys.ts';
import type { Clock } from '../clock.ts';
import type { RoomLog, RoomName } from '../log/room-log.ts';
import type { RedisLink } from '../redis/redis-link.ts';
import type { RedisPubSub } from '../redis/redis-pubsub.ts';
import type { Bus, LiveMessage } from './bus.ts';
import type { Notice } from './notice.ts';

// Notices must not be lost: they go through a log of their own, a room of a kind that no contract can name.
const NOTICES: RoomName = { kind: '@', id: 'notices' };
const SENDER = { id: '@server', name: '' };

/** The kind of the room that notices go through, for its retention. */
export const NOTICE_KIND = NOTICES.kind;

/** The bus of nodes that share a Redis. Live events go through sharded pub/sub, each room's on the channel of
 *  its durable ones, and are lost to nodes that do not listen just then. */
export function createRedisBus(options: {
  readonly link: RedisLink;
  readonly pubsub: RedisPubSub;
  readonly log: RoomLog;
  readonly clock: Clock;
}): Bus {
  const { link, pubsub, log, clock } = options;
  return {
    publish: async (room, message) => {
      await link.command(['SPUBLISH', roomKeys(room)('live'), `l${JSON.stringify(message)}`]);
    },
    subscribe(room, handler) {
      const { close } = pubsub.subscribe(roomKeys(room)('live'), (text) => {
        const message = text.startsWith('l') ? parseMessage(text.slice(1)) : undefined;
        if (message) handler(message);
      });
      return close;
    },
    announce: async (notice) => {
      const data = JSON.stringify(notice);
      await log.append({ room: NOTICES, type: 'notice', data, by: SENDER, at: clock.now() });
    },
    onNotice: (handler) =>
      log.follow(NOTICES, (events) => {
        for (const { data } of events) {
          const notice = data === null ? undefined : parseNotice(data);
          if (notice) handler(notice);
        }
      }),
  };
}

/** Undefined: not written by us. */
function parseMessage(text: string): LiveMessage | undefined {
  const message = parsed(text) as Partial<LiveMessage> | undefined;
  const { number, type, data, by, at } = message ?? {};
  const isWhole =
    typeof number === 'string' &&
    typeof type === 'string' &&
    typeof data === 'string' &&
    typeof by?.id === 'string' &&
    typeof by.name === 'string' &&
    typeof at === 'number' &&
    parsed(data) !== undefined;
  if (!isWhole) return undefined;
  const { memberId, idempotencyKey } = message ?? {};
  return { number, type, data, by, at, memberId, idempotencyKey };
}

function parseNotice(text: string): Notice | undefined {
  const notice = parsed(text) as Partial<Notice> | undefined;
  const { kind, id } = notice?.room ?? {};
  return typeof kind === 'string' && typeof id === 'string' ? (notice as Notice) : undefined;
}

function parsed(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}
