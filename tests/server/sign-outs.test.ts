import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createSignOuts, type LetIn } from '../../server/auth/sign-outs.ts';
import type { User } from '../../server/auth/user.ts';
import type { SignedOut } from '../../server/bus/notice.ts';
import { userPartition } from '../../server/records/records.ts';
import { RoomError } from '../../shared/index.ts';
import { inMemory, onRedis, type Shared, type Sharing } from '../kit/keeping-nodes.ts';
import { manualClock } from '../kit/manual-clock.ts';
import { noRedis, redisServer, type RedisServer } from '../kit/redis-server.ts';
import { settle } from '../kit/settle.ts';
import { waitFor } from '../kit/wait-for.ts';

const START = 1_800_000_000_000;
const SECOND = 1_000;
const user = (id: string, issuedAt?: number): User => ({
  id,
  name: id,
  expiresAt: START + 1e9,
  issuedAt,
});
const refused = { code: 'TOKEN_REFUSED' };

/** Somebody who lets users in and notes whom he was told to end. */
function door(...users: User[]): LetIn & { ended: SignedOut[] } {
  const ended: SignedOut[] = [];
  return { users: () => users, end: (one) => ended.push(one), ended };
}

function signOuts(name: string, share: Sharing): void {
  describe(`signing a user out, ${name}`, () => {
    const opened: Shared[] = [];
    afterEach(async () => {
      await Promise.all(opened.splice(0).map(({ close }) => close()));
    });
    /** Two nodes, in the midst of a second. */
    const stage = async () => {
      opened.push(...(await share(2)));
      const clock = manualClock(START + 400);
      const [one, other] = opened.map((shared) => createSignOuts({ ...shared, clock }));
      if (!one || !other) throw new Error('two were asked for');
      const signOut = async (id: string, issuedBefore?: Date) => {
        const done = one.signOut(id, issuedBefore && { issuedBefore });
        await settle();
        const timer = setInterval(() => clock.advance(100), 5);
        return done.finally(() => clearInterval(timer));
      };
      return { clock, one, other, signOut };
    };

    it('[AUT2] has tokens of before count no more, on every node, and those of others go on', async () => {
      const { one, other, signOut } = await stage();
      await signOut('ada');
      for (const { check } of [one, other]) {
        await expect(check(user('ada', START - 60 * SECOND))).rejects.toMatchObject(refused);
        // Of the same second: tokens tell no more than that.
        await expect(check(user('ada', START))).rejects.toMatchObject(refused);
        await expect(check(user('ada'))).rejects.toMatchObject(refused);
        await check(user('bob', START - 60 * SECOND));
        await check(user('bob'));
      }
    });

    it('[AUT2] resolves when new tokens count', async () => {
      const { clock, other, signOut } = await stage();
      await signOut('ada');
      const issuedAt = Math.floor(clock.now() / SECOND) * SECOND;
      await other.check(user('ada', issuedAt));
      expect(clock.now() - START).toBeLessThanOrEqual(2 * SECOND);
    });

    it('[AUT2] resolves when new tokens count, though a timer is early by the clock that tokens go by', async () => {
      const { clock } = await stage();
      const [shared] = opened;
      if (!shared) throw new Error('one was asked for');
      let waits = 0;
      const early = {
        ...clock,
        after: (ms: number, run: () => void) => {
          waits += 1;
          clock.advance(waits === 1 ? ms - 1 : ms);
          run();
          return () => {};
        },
      };
      const { signOut, check } = createSignOuts({ ...shared, clock: early });
      await signOut('ada');
      await check(user('ada', Math.floor(clock.now() / SECOND) * SECOND));
      expect([waits, clock.now()]).toEqual([2, START + SECOND]);
    });

    it('[AUT2] ends what was reached by them, on every node, once it is heard', async () => {
      const { one, other, signOut } = await stage();
      // A node that follows too late to hear of it asks after those whom it has let in.
      const doors = [door(user('ada', START)), door(user('ada', START))] as const;
      one.follow(doors[0]);
      const unfollow = other.follow(doors[1]);
      const ada = { userId: 'ada', before: START + SECOND };
      expect(await signOut('ada')).toEqual(ada);
      expect(doors[0].ended).toContainEqual(ada);
      await waitFor(() => expect(doors[1].ended).toContainEqual(ada));
      unfollow();
      await signOut('bob');
      expect(doors[0].ended.at(-1)?.userId).toBe('bob');
      expect(doors[1].ended.some(({ userId }) => userId === 'bob')).toBe(false);
    });

    it('[AUT2] takes a time that was, and never lets tokens count again', async () => {
      const { one, signOut } = await stage();
      await signOut('ada', new Date(START - 60 * SECOND));
      await one.check(user('ada', START - 59 * SECOND));
      await expect(one.check(user('ada', START - 61 * SECOND))).rejects.toMatchObject(refused);
      await signOut('ada');
      await signOut('ada', new Date(START - 60 * SECOND));
      await expect(one.check(user('ada', START - 59 * SECOND))).rejects.toMatchObject(refused);
    });

    it('keeps the later of two that come at once', async () => {
      const { one, signOut } = await stage();
      const times = [3, 1, 4, 2].map((s) => new Date(START - s * 10 * SECOND));
      await Promise.all(times.map((time) => signOut('ada', time)));
      await expect(one.check(user('ada', START - 11 * SECOND))).rejects.toMatchObject(refused);
      await one.check(user('ada', START - 9 * SECOND));
    });

    it.each([new Date(START + SECOND), new Date(Number.NaN)])(
      'refuses the time %o',
      async (issuedBefore) => {
        const { one } = await stage();
        const bad = { code: 'BAD_INPUT' };
        await expect(one.signOut('ada', { issuedBefore })).rejects.toMatchObject(bad);
        await one.check(user('ada', START));
      },
    );

    it('refuses what is no user id', async () => {
      const { one } = await stage();
      await expect(one.signOut('a b')).rejects.toMatchObject({ code: 'BAD_INPUT' });
    });
  });
}

signOuts('of one process', inMemory);

describe.skipIf(noRedis)('signing out on a real redis-server', () => {
  let redis: RedisServer;
  beforeAll(async () => {
    redis = await redisServer();
  });
  afterAll(() => redis.stop());
  signOuts('on Redis', async (count) => {
    await redis.command('FLUSHALL');
    return onRedis(redis.url)(count);
  });
});

describe('signing out where words get lost', () => {
  it('[AUT2] asks after everybody who is in when words may have been lost, until it is answered', async () => {
    const [shared] = await inMemory(1);
    if (!shared) throw new Error('one was asked for');
    const clock = manualClock(START);
    let lose = () => {};
    let isAway = true;
    const read: typeof shared.records.read = async (...asked) => {
      if (isAway) throw new RoomError('LOG_UNAVAILABLE');
      return shared.records.read(...asked);
    };
    const { follow, close } = createSignOuts({
      records: { ...shared.records, read },
      bus: { ...shared.bus, onNotice: (_, missed) => ((lose = missed), () => {}) },
      clock,
    });
    const crowd = Array.from({ length: 250 }, (_, n) => user(`user-${n}`, START));
    const at = door(...crowd);
    follow(at);
    const key = 'signed-out';
    const before = START + SECOND;
    await shared.records.write(userPartition('user-7'), [{ key, value: `${before}` }]);
    lose();
    await settle();
    isAway = false;
    clock.advance(SECOND);
    await waitFor(() =>
      expect(at.ended.filter((one) => one.before > 0)).toEqual([{ userId: 'user-7', before }]),
    );
    isAway = true;
    lose();
    await settle();
    close();
    isAway = false;
    at.ended.length = 0;
    clock.advance(SECOND);
    await settle();
    expect(at.ended).toEqual([]);
  });
});
