import { describe, expect, it } from 'vitest';
import type { Clock } from '../../server/clock.ts';
import type { Presence } from '../../server/presence/presence.ts';
import { manualClock } from '../kit/manual-clock.ts';
import { general, HOLD_MS, other, seat } from './presence-contract.ts';

/** What every form of presence lists. `create` makes an empty one that holds seats for 15 s. */
export function occupiedContract(
  form: string,
  create: (clock: Clock) => Presence | Promise<Presence>,
): void {
  describe(`rooms that somebody is in: ${form}`, () => {
    it('[PRE1] lists the rooms of a kind that somebody is in, by id, with how many users', async () => {
      const clock = manualClock();
      const presence = await create(clock);
      const all = async (limit = 100) => {
        const pages = [await presence.occupied('chat', { after: undefined, limit })];
        for (let next = pages[0]?.next; next !== undefined; next = pages.at(-1)?.next) {
          pages.push(await presence.occupied('chat', { after: next, limit }));
        }
        return pages.flatMap(({ rooms }) => rooms.map(({ room, count }) => `${room} ${count}`));
      };
      expect(await all()).toEqual([]);
      const rooms = ['b', 'a', 'Z', '~', '0.9', 'a-b'].map((id) => ({ kind: 'chat', id }));
      for (const room of rooms) presence.join(room, seat(`a-${room.id}`, 'ada'));
      presence.join({ kind: 'chats', id: 'c' }, seat('c', 'ada'));
      presence.join(general, seat('g1', 'ada'));
      presence.join(general, seat('g2', 'ada'));
      presence.join(general, seat('g3', 'bob'));
      const listed = ['0.9 1', 'Z 1', 'a 1', 'a-b 1', 'b 1', 'general 2', '~ 1'];
      for (const limit of [1, 3, 7, 100]) expect(await all(limit)).toEqual(listed);
      expect(await presence.count(general)).toBe(2);
      expect(await presence.count(other)).toBe(0);

      presence.leave(general, seat('g3', 'bob'), 'left');
      presence.leave({ kind: 'chat', id: 'a' }, seat('a-a', 'ada'), 'kicked');
      presence.leave({ kind: 'chat', id: 'b' }, seat('a-b', 'ada'), 'dropped');
      expect(await all()).toEqual(['0.9 1', 'Z 1', 'a-b 1', 'b 1', 'general 1', '~ 1']);
      clock.advance(HOLD_MS);
      expect(await all()).toEqual(['0.9 1', 'Z 1', 'a-b 1', 'general 1', '~ 1']);
    });
  });
}
