import { afterEach, expect } from 'vitest';
import { systemClock } from '../../server/clock.ts';
import type { Member, Presence, PresenceChange } from '../../server/presence/presence.ts';
import {
  RedisPresence,
  type RedisPresenceOptions,
} from '../../server/presence/redis/redis-presence.ts';
import { redisForEach } from './redis-for-each.ts';
import { redisLinks, type RedisLinks } from './redis-links.ts';
import { general } from './rooms.ts';
import { waitFor } from './wait-for.ts';

/** Where Redis has its people. */
export const PEOPLE = 'trpc-rooms:{chat/general}:people';

/** Somebody there; `userId` in capitals is his name. */
export const seat = (memberId: string, userId: string, sessionId?: string): Member => ({
  memberId,
  user: { id: userId, name: userId.toUpperCase() },
  sessionId,
});

/** One of the nodes. */
export interface PresenceNode {
  readonly presence: Presence;
  readonly links: RedisLinks;
  /** What everybody is told there, in words. */
  readonly told: string[];
  ids(): Promise<string[]>;
}

const words = (change: PresenceChange): string => {
  if (change.type === 'leave') return `leave ${change.user.id} ${change.reason}`;
  if (change.type === 'join' || change.type === 'update') {
    return `${change.type} ${change.user.id} ${change.user.state ?? ''}`.trim();
  }
  if (change.type === 'away') return `away ${change.userId}`;
  return 'memberId' in change ? `${change.type} ${change.memberId}` : change.type;
};

/** For the tests of a suite: a Redis of its own for each, and the nodes that it makes, which end with it. */
export function presenceNodes() {
  const redis = redisForEach();
  const nodes: PresenceNode[] = [];
  const node = async (more: Partial<RedisPresenceOptions> = {}): Promise<PresenceNode> => {
    const links = await redisLinks(redis.url);
    const brief = { holdMs: 400, doubtMs: 1_000 };
    const presence = new RedisPresence({ ...links, clock: systemClock, ...brief, ...more });
    const told: string[] = [];
    await presence.follow(general, (change) => {
      if (change.type !== 'reread') told.push(words(change));
    });
    const ids = async () => (await presence.snapshot(general)).map(({ id }) => id).toSorted();
    const one = { presence, links, told, ids };
    nodes.push(one);
    return one;
  };
  /** Dies without a word. */
  const kill = async ({ links }: PresenceNode) => {
    links.pubsub.close();
    await links.link.close();
  };
  const show = (...all: string[][]) =>
    waitFor(async () => expect(await Promise.all(nodes.map(({ ids }) => ids()))).toEqual(all));

  afterEach(async () => {
    for (const { presence, links } of nodes.splice(0)) {
      await presence.close();
      await links.close();
    }
  });
  return { redis, nodes, node, kill, show };
}
