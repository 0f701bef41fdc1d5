import { describe, expect, it } from 'vitest';
import type { User } from '../../../server/auth/user.ts';
import type { Membership } from '../../../server/membership/decisions.ts';
import { Gate, type Caller } from '../../../server/rooms/gate.ts';
import { PublishMeter } from '../../../server/rooms/publish-limits.ts';
import { testHub } from '../../kit/rooms.ts';

const PRIVATE: Membership = { visibility: 'private', role: undefined, isBanned: false };
const wide = { perSecond: 1_000, burst: 1_000 };

/** The gate of a private room that ada alone belongs to, which takes three publishes at once. */
function stage(isKnown = true) {
  const { hub, clock } = testHub();
  const limits = { connection: wide, user: wide, presence: wide, notices: wide, refusals: wide };
  const room = { perSecond: 1, burst: 3 };
  const meter = new PublishMeter({ ...limits, room }, clock.now);
  const of = (_: unknown, userId: string) => {
    const membership = userId === 'ada' ? { ...PRIVATE, role: 'owner' as const } : PRIVATE;
    return isKnown ? membership : Promise.resolve(membership);
  };
  const authorize = () => true;
  return new Gate({ kind: 'chat', hub, authorize, memberships: { of }, clock, meter });
}

function caller(id: string): Caller {
  const user = { id, name: id } as User;
  return { user, connectionId: `c-${id}`, sessionId: undefined, socket: undefined };
}

const say = (gate: Gate, user: string) =>
  gate
    .publish(caller(user), { room: 'r', type: 'message', data: { text: 'hi' } })
    .then(() => 'ok')
    .catch(({ code }: { code: string }) => code);

describe('the limit of publishing into a room', () => {
  it.each([
    ['at once', true],
    ['later', false],
  ])(
    '[AUT1] is not for those to use up who may not, where that is known %s',
    async (_, isKnown) => {
      const gate = stage(isKnown);
      for (let times = 0; times < 10; times += 1) expect(await say(gate, 'eve')).toBe('FORBIDDEN');
      const outcomes = [];
      for (let times = 0; times < 4; times += 1) outcomes.push(await say(gate, 'ada'));
      expect(outcomes).toEqual(['ok', 'ok', 'ok', 'TOO_MANY']);
      // And they do not learn that it is busy.
      expect(await say(gate, 'eve')).toBe('FORBIDDEN');
    },
  );

  it('[AUT1] is not used up by what anybody may ask from outside', async () => {
    const gate = stage();
    for (const action of ['create', 'direct', 'accept', 'decline'] as const) {
      for (let times = 0; times < 4; times += 1) await gate.admit(caller('eve'), 'r', action);
    }
    expect(await say(gate, 'ada')).toBe('ok');
  });
});
