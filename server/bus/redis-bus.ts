import { roomKeys } from '../redis/redis-keys.ts';
import type { Clock } from '../clock.ts';
import type { RoomLog, RoomName } from '../log/room-log.ts';
import type { RedisLink } from '../redis/redis-link.ts';
import type { RedisPubSub } from '../redis/redis-pubsub.ts';
import type { Bus } from './bus.ts';
import { parseMessage, parsedObject } from './message-text.ts';
import type { Notice } from './notice.ts';
import { createRedisValues, passAndKeep } from './redis-values.ts';

// Notices must not be lost: they go through a log of their own, a room of a kind that no contract can name.
const NOTICES: RoomName = { kind: '@', id: 'notices' };
const SENDER = { id: '@server', name: '' };

const MOST_UNTAKEN = 100;

/** The kind of the room that notices go through, for its retention. */
export const NOTICE_KIND = NOTICES.kind;

/** The bus of nodes that share a Redis. Live events go through sharded pub/sub, each room's on the channel of
 *  its durable ones, and are lost to nodes that do not listen just then. */
export function createRedisBus(options: {
  readonly link: RedisLink;
  readonly pubsub: RedisPubSub;
  readonly log: RoomLog;
  readonly clock: Clock;
  /** Hears of a message that could not be taken. */
  readonly onError: (error: unknown) => void;
}): Bus {
  const { link, pubsub, log, clock, onError } = options;
  // Types of messages that could not be taken: each is told of once, however many come.
  const untaken = new Set<string>();
  return {
    publish: async (room, message, keeping) => {
      const text = `l${JSON.stringify(message)}`;
      if (keeping) await passAndKeep(link, room, { text, message, keeping });
      else await link.command(['SPUBLISH', roomKeys(room)('live'), text]);
    },
    kept: createRedisValues(link),
    subscribe(room, handler) {
      const { close } = pubsub.subscribe(roomKeys(room)('live'), (text) => {
        const message = text.startsWith('l') ? parseMessage(text.slice(1)) : undefined;
        if (!message) return;
        try {
          handler(message);
        } catch (error) {
          // Not of this contract: another version of it, or somebody else, has sent it.
          if (untaken.has(message.type) || untaken.size >= MOST_UNTAKEN) return;
          untaken.add(message.type);
          onError(error);
        }
      });
      return close;
    },
    announce: async (notice) => {
      const data = JSON.stringify(notice);
      await log.append({ room: NOTICES, type: 'notice', data, by: SENDER, at: clock.now() });
    },
    onNotice(handler, missed) {
      let isOver = false;
      const unfollow = log.follow(NOTICES, (events, _, head) => {
        if (head !== undefined) missed();
        for (const { data } of events) {
          const notice = data === null ? undefined : parseNotice(data);
          if (notice) handler(notice);
        }
      });
      // It is heard from some moment on, which a slow Redis puts off. What was found out before it may be so no
      // more, and no word of that comes.
      const begun = () => {
        if (!isOver) missed();
      };
      log.bounds(NOTICES).then(begun, begun);
      return () => {
        isOver = true;
        unfollow();
      };
    },
  };
}

/** Undefined: not written by us. */
function parseNotice(text: string): Notice | undefined {
  const notice = parsedObject(text) as Partial<Notice> | undefined;
  const { kind, id } = notice?.room ?? {};
  return typeof kind === 'string' && typeof id === 'string' ? (notice as Notice) : undefined;
}
