import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Clock } from '../../server/clock.ts';
import type {
  Departure,
  Member,
  Presence,
  PresenceChange,
  Seated,
} from '../../server/presence/presence.ts';
import { manualClock } from '../kit/manual-clock.ts';

/** How long a seat is held. */
export const HOLD_MS = 15_000;
/** The room of most of it. */
export const general = { kind: 'chat', id: 'general' } as const;
/** Another one. */
export const other = { kind: 'chat', id: 'other' } as const;

/** A seat of a user's. */
export const seat = (memberId: string, userId: string, sessionId?: string): Member => ({
  memberId,
  user: { id: userId, name: userId.toUpperCase() },
  sessionId,
});

/** What every form of presence does. `create` makes an empty one that holds seats for 15 s. */
export function presenceContract(
  form: string,
  create: (clock: Clock) => Presence | Promise<Presence>,
  { runs = 300 } = {},
): void {
  const stage = async () => {
    const clock = manualClock();
    const presence = await create(clock);
    const changes: PresenceChange[] = [];
    await presence.follow(general, (change) => changes.push(change));
    /** What everybody is told since the last time that it was asked for. */
    const told = () =>
      changes.splice(0).flatMap((change) => {
        if (change.type === 'leave') return [`leave ${change.user.id} ${change.reason}`];
        if (change.type === 'join' || change.type === 'update') {
          return [`${change.type} ${change.user.id} ${change.user.state ?? ''}`.trim()];
        }
        return [];
      });
    const rest = () => changes.splice(0);
    const ids = async () => (await presence.snapshot(general)).map(({ id }) => id);
    return { clock, presence, told, rest, ids };
  };

  describe(`presence: ${form}`, () => {
    it('[PRE1] tells of a user when his first connection comes and when his last one goes', async () => {
      const { presence, told, ids } = await stage();
      const [a1, a2, b] = [seat('a1', 'ada'), seat('a2', 'ada'), seat('b', 'bob')];
      presence.join(general, a1);
      presence.join(general, a2);
      presence.join(general, b);
      expect(told()).toEqual(['join ada', 'join bob']);
      expect(await ids()).toEqual(['ada', 'bob']);
      presence.leave(general, a1, 'left');
      expect(told()).toEqual([]);
      presence.leave(general, a2, 'left');
      expect(told()).toEqual(['leave ada left']);
      expect(await ids()).toEqual(['bob']);
    });

    it('keeps a member who joined twice until he has left twice', async () => {
      const { presence, told } = await stage();
      const ada = seat('a1', 'ada');
      presence.join(general, ada);
      presence.join(general, ada);
      presence.leave(general, ada, 'left');
      expect(told()).toEqual(['join ada']);
      presence.leave(general, ada, 'kicked');
      presence.leave(general, ada, 'left');
      expect(told()).toEqual(['leave ada kicked']);
    });

    it('[PRE2] holds the seat of a connection that broke, and tells nobody', async () => {
      const { clock, presence, told, ids } = await stage();
      presence.join(general, seat('a1', 'ada'));
      told();
      presence.leave(general, seat('a1', 'ada'), 'dropped');
      clock.advance(HOLD_MS - 1);
      expect([told(), await ids()]).toEqual([[], ['ada']]);
      clock.advance(1);
      expect([told(), await ids()]).toEqual([['leave ada timeout'], []]);
    });

    it('[PRE2] says nothing of a flap, with a session and without one', async () => {
      const { clock, presence, told } = await stage();
      for (const session of ['s', undefined]) {
        presence.join(general, seat('a1', 'ada', session));
        expect(told()).toEqual(['join ada']);
        presence.leave(general, seat('a1', 'ada', session), 'dropped');
        clock.advance(5_000);
        presence.join(general, seat('a2', 'ada', session));
        clock.advance(HOLD_MS);
        expect(told()).toEqual([]);
        presence.leave(general, seat('a2', 'ada', session), 'left');
        expect(told()).toEqual(['leave ada left']);
      }
    });

    it('[PRE2] gives the seat of a live connection to a later one of the same session', async () => {
      const { presence, told, rest, ids } = await stage();
      presence.join(general, seat('a1', 'ada', 's'));
      rest();
      presence.join(general, seat('a2', 'ada', 's'));
      expect(rest()).toEqual([
        { type: 'taken', memberId: 'a1' },
        { type: 'gone', memberId: 'a1' },
      ]);
      // The old one has nothing to give back any more.
      presence.leave(general, seat('a1', 'ada', 's'), 'dropped');
      expect([told(), await ids()]).toEqual([[], ['ada']]);
      presence.leave(general, seat('a2', 'ada', 's'), 'left');
      expect(told()).toEqual(['leave ada left']);
    });

    it('[PRE2] gives nobody the seat of another user, whatever session he names', async () => {
      const { presence, told, ids } = await stage();
      presence.join(general, seat('a1', 'ada', 's'));
      presence.join(general, seat('e1', 'eve', 's'));
      presence.leave(general, seat('e1', 'eve', 's'), 'left');
      expect(told()).toEqual(['join ada', 'join eve', 'leave eve left']);
      expect(await ids()).toEqual(['ada']);
    });

    it('[PRE2] says that a server went down, where its people come to no other', async () => {
      const { clock, presence, told } = await stage();
      presence.join(general, seat('a1', 'ada'));
      presence.leave(general, seat('a1', 'ada'), 'drain');
      clock.advance(HOLD_MS);
      expect(told()).toEqual(['join ada', 'leave ada drain']);
    });

    it('[AUT1] [PRE2] waits for nobody who may not be there any longer', async () => {
      const { clock, presence, told, ids } = await stage();
      for (const [id, user] of [
        ['a1', 'ada'],
        ['b1', 'bob'],
        ['b2', 'bob'],
      ] as const) {
        presence.join(general, seat(id, user));
      }
      presence.leave(general, seat('a1', 'ada'), 'dropped');
      presence.leave(general, seat('b1', 'bob'), 'dropped');
      told();
      presence.expel(general, (userId) => userId !== 'cy');
      expect([told(), await ids()]).toEqual([['leave ada kicked'], ['bob']]);
      presence.leave(general, seat('b2', 'bob'), 'left');
      clock.advance(HOLD_MS);
      expect(told()).toEqual(['leave bob left']);
    });

    it('tells rooms of connections that are gone, and of users who have none left', async () => {
      const { clock, presence, rest } = await stage();
      presence.join(general, seat('a1', 'ada'));
      presence.join(general, seat('a2', 'ada'));
      rest();
      presence.leave(general, seat('a1', 'ada'), 'dropped');
      expect(rest()).toEqual([{ type: 'gone', memberId: 'a1' }]);
      presence.leave(general, seat('a2', 'ada'), 'dropped');
      const away = { type: 'away', userId: 'ada' };
      expect(rest()).toEqual([{ type: 'gone', memberId: 'a2' }, away]);
      presence.join(general, seat('a3', 'ada'));
      clock.advance(HOLD_MS);
      expect(rest()).toEqual([]);
      presence.leave(general, seat('a3', 'ada'), 'left');
      expect(rest().map(({ type }) => type)).toEqual(['gone', 'leave']);
    });

    it('[CON2] shows the state that a user set last, and falls back when its connection goes', async () => {
      const { clock, presence, told } = await stage();
      presence.join(general, seat('a1', 'ada', 's'));
      presence.join(general, seat('a2', 'ada'));
      expect(await presence.setState(general, seat('a1', 'ada'), 'away')).toBe(true);
      expect(await presence.setState(general, seat('a2', 'ada'), 'here')).toBe(true);
      expect(await presence.setState(general, seat('a2', 'ada'), 'here')).toBe(true);
      expect(told()).toEqual(['join ada', 'update ada away', 'update ada here']);
      presence.leave(general, seat('a2', 'ada'), 'left');
      expect(told()).toEqual(['update ada away']);
      presence.leave(general, seat('a1', 'ada', 's'), 'dropped');
      presence.join(general, seat('a3', 'ada', 's'));
      clock.advance(HOLD_MS);
      expect(told()).toEqual([]);
      expect(await presence.snapshot(general)).toEqual([{ id: 'ada', name: 'ADA', state: 'away' }]);
    });

    it('sets no state for who has no seat, or only a held one', async () => {
      const { presence, told } = await stage();
      expect(await presence.setState(general, seat('a1', 'ada'), 'here')).toBe(false);
      presence.join(other, seat('a1', 'ada'));
      expect(await presence.setState(general, seat('a1', 'ada'), 'here')).toBe(false);
      presence.leave(other, seat('a1', 'ada'), 'dropped');
      expect(await presence.setState(other, seat('a1', 'ada'), 'here')).toBe(false);
      expect(told()).toEqual([]);
    });

    it('shows the name of a user’s latest token', async () => {
      const { presence, told } = await stage();
      presence.join(general, seat('a1', 'ada'));
      const renamed = { ...seat('a2', 'ada'), user: { id: 'ada', name: 'Countess' } };
      presence.join(general, renamed);
      expect(told()).toEqual(['join ada', 'update ada']);
      expect(await presence.snapshot(general)).toMatchObject([{ name: 'Countess' }]);
    });

    it('keeps rooms apart, and tells nobody who has stopped to follow', async () => {
      const clock = manualClock();
      const presence = await create(clock);
      const seen: string[] = [];
      presence.join(other, seat('a1', 'ada'));
      const { users, unfollow } = await presence.follow(other, ({ type }) => seen.push(type));
      expect(users.map(({ id }) => id)).toEqual(['ada']);
      presence.join(general, seat('b1', 'bob'));
      unfollow();
      unfollow();
      presence.leave(other, seat('a1', 'ada'), 'left');
      expect(seen).toEqual([]);
      expect(await presence.snapshot(other)).toEqual([]);
    });

    it('[PRE1] [PRE2] agrees with the seats after whatever happened', async () => {
      const deed = fc.oneof(
        fc.record({ do: fc.constant('join' as const), user: fc.nat(2), conn: fc.nat(3) }),
        fc.record({
          do: fc.constantFrom<Departure>('left', 'dropped', 'dropped', 'drain', 'kicked'),
          user: fc.nat(2),
          conn: fc.nat(3),
        }),
        fc.record({ do: fc.constant('wait' as const), ms: fc.constantFrom(1_000, 7_000, 16_000) }),
      );
      const run = async (deeds: (typeof deed extends fc.Arbitrary<infer D> ? D : never)[]) => {
        const clock = manualClock();
        const presence = await create(clock);
        const folded = new Map<string, Seated>();
        await presence.follow(general, (change) => {
          if (change.type === 'join') {
            expect(folded.has(change.user.id)).toBe(false);
            folded.set(change.user.id, change.user);
          } else if (change.type === 'leave') expect(folded.delete(change.user.id)).toBe(true);
        });
        // The model: seats by member, each with how often it is held, or until when.
        const seats = new Map<string, { user: string; holds: number; until: number }>();
        for (const one of deeds) {
          if (one.do === 'wait') clock.advance(one.ms);
          else {
            const [user, memberId] = [`u${one.user}`, `u${one.user}-${one.conn}`];
            const known = seats.get(memberId);
            // Connections 0 and 1 are of one session, the others of none.
            const session = one.conn < 2 ? 's' : undefined;
            const member = seat(memberId, user, session);
            if (one.do === 'join') {
              presence.join(general, member);
              if (known) seats.set(memberId, { user, holds: known.holds + 1, until: Infinity });
              else {
                seats.set(memberId, { user, holds: 1, until: Infinity });
                if (session) seats.delete(`u${one.user}-${1 - one.conn}`);
              }
            } else {
              presence.leave(general, member, one.do);
              if (!known || known.holds === 0) continue;
              known.holds -= 1;
              if (known.holds > 0) continue;
              if (one.do === 'left' || one.do === 'kicked') seats.delete(memberId);
              else known.until = clock.now() + HOLD_MS;
            }
          }
          for (const [id, { until }] of seats) if (until <= clock.now()) seats.delete(id);
          const truth = new Set([...seats.values()].map(({ user }) => user));
          const shown = (await presence.snapshot(general)).map(({ id }) => id);
          expect(new Set(shown)).toEqual(truth);
          expect(new Set(folded.keys())).toEqual(truth);
        }
        const held = new Set([...seats.values()].map(({ user }) => user)).size;
        const page = { after: undefined, limit: 10 };
        const { rooms } = await presence.occupied('chat', page);
        expect(rooms).toEqual(held > 0 ? [{ room: general.id, count: held }] : []);
      };
      await fc.assert(fc.asyncProperty(fc.array(deed, { maxLength: 40 }), run), { numRuns: runs });
    });
  });
}
