import { describe, expect, it } from 'vitest';
import { createMemoryPresence } from '../../../server/presence/memory-presence.ts';
import { presenceContract } from '../../contract/presence-contract.ts';
import { manualClock } from '../../kit/manual-clock.ts';

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

presenceContract('memory', (clock) => createMemoryPresence({ clock }));
