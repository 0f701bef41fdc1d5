import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Clock } from '../../../server/clock.ts';
import { keptSeatsIn } from '../../../server/presence/kept-seats.ts';
import { createMemoryPresence } from '../../../server/presence/memory-presence.ts';
import type { Presence, PresenceChange } from '../../../server/presence/presence.ts';
import { occupiedContract } from '../../contract/occupied-contract.ts';
import { presenceContract } from '../../contract/presence-contract.ts';
import { manualClock } from '../../kit/manual-clock.ts';
import { tempDir } from '../../kit/temp-dir.ts';

const general = { kind: 'chat', id: 'general' } as const;

describe('presence in memory', () => {
  it('holds a bounded number of seats, and gives up the one held longest', async () => {
    const clock = manualClock();
    const presence = createMemoryPresence({ clock, maxHeld: 2 });
    for (const id of ['a', 'b', 'c']) {
      const member = { memberId: `${id}1`, user: { id, name: id } };
      presence.join(general, member);
      presence.leave(general, member, 'dropped');
      clock.advance(1_000);
    }
    const ids = async () => (await presence.snapshot(general)).map(({ id }) => id);
    expect(await ids()).toEqual(['b', 'c']);
    // One that is taken up again is held no more, and anew later.
    presence.join(general, { memberId: 'b1', user: { id: 'b', name: 'b' } });
    clock.advance(15_000);
    expect(await ids()).toEqual(['b']);
  });
});

describe('[PRE2] presence over an orderly restart', () => {
  const seat = (memberId: string, id: string, sessionId?: string) => ({
    memberId,
    user: { id, name: id },
    sessionId,
  });
  const open = (dir: string, clock: Clock, errors: unknown[] = []) =>
    createMemoryPresence({ clock, kept: keptSeatsIn(dir, (error) => void errors.push(error)) });
  const idsOf = async (presence: Presence) =>
    (await presence.snapshot(general)).map(({ id }) => id);

  it('holds whoever was there, with what he said, and tells of those alone who do not come back', async () => {
    const [dir, clock] = [tempDir(), manualClock()];
    const first = open(dir, clock);
    first.join(general, seat('a1', 'ada', 's1'));
    first.join(general, seat('b1', 'bob'));
    first.join(general, seat('c1', 'cy'));
    await first.setState(general, seat('b1', 'bob'), '"early"');
    await first.setState(general, seat('a1', 'ada', 's1'), '"away"');
    first.leave(general, seat('a1', 'ada', 's1'), 'drain');
    first.leave(general, seat('c1', 'cy'), 'left');
    await first.close();
    clock.advance(5_000);
    const next = open(dir, clock);
    const told: PresenceChange[] = [];
    await next.follow(general, (change) => told.push(change));
    expect(await next.snapshot(general)).toMatchObject([
      { id: 'bob', state: '"early"' },
      { id: 'ada', state: '"away"' },
    ]);
    next.join(general, seat('a2', 'ada', 's1'));
    clock.advance(15_000);
    expect(told).toEqual([{ type: 'leave', user: { id: 'bob', name: 'bob' }, reason: 'drain' }]);
    expect(await next.snapshot(general)).toMatchObject([{ id: 'ada', state: '"away"' }]);
  });

  it('waits for nobody after a minute, nor after a server that was killed', async () => {
    const [dir, clock] = [tempDir(), manualClock()];
    const first = open(dir, clock);
    first.join(general, seat('a1', 'ada'));
    await first.close();
    clock.advance(61_000);
    expect(await idsOf(open(dir, clock))).toEqual([]);
    const second = open(dir, clock);
    second.join(general, seat('a1', 'ada'));
    await second.close();
    expect(await idsOf(open(dir, clock))).toEqual(['ada']);
    // That one was killed.
    expect(await idsOf(open(dir, clock))).toEqual([]);
  });

  it.each(['', '{', '[]', '{"closedAt":1,"seats":[{"room":"chat/general"}]}', '{"seats":null}'])(
    'begins empty over garbage: %j',
    async (text) => {
      const [dir, errors] = [tempDir(), [] as unknown[]];
      writeFileSync(join(dir, 'seats.json'), text);
      expect(await idsOf(open(dir, manualClock(), errors))).toEqual([]);
      expect(errors).toHaveLength(1);
      expect(readdirSync(dir)).toEqual([]);
    },
  );

  it('goes on where the file cannot be written', async () => {
    const errors: unknown[] = [];
    const presence = open('/nowhere/at/all', manualClock(), errors);
    presence.join(general, seat('a1', 'ada'));
    await presence.close();
    expect(errors).toHaveLength(1);
  });
});

presenceContract('memory', (clock) => createMemoryPresence({ clock }));
occupiedContract('memory', (clock) => createMemoryPresence({ clock }));
