import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Records } from '../../../server/records/records.ts';
import { limits, type By, type RoomError } from '../../../shared/index.ts';
import { testKeeping } from '../../kit/keeping.ts';
import { inMemory, onRedis, type Shared, type Sharing } from '../../kit/keeping-nodes.ts';
import { noRedis, redisServer, type RedisServer } from '../../kit/redis-server.ts';
import { ada, bob } from '../../kit/rooms.ts';
import { waitFor } from '../../kit/wait-for.ts';

const BOB = 'user/bob';
const invitation = { room: 'r', user: 'bob', role: 'member' } as const;

const userOf = (id: string): By => ({ id, name: id });

/** Records that hold back what takes entries out of bob's index, until they are let go. */
function holding(records: Records) {
  const held: (() => void)[] = [];
  const write: Records['write'] = async (partition, changes, isUnfinished) => {
    const isRemoval = partition === BOB && changes.some(({ value }) => value === null);
    if (isRemoval) await new Promise<void>((resolve) => held.push(resolve));
    return records.write(partition, changes, isUnfinished);
  };
  return { records: { ...records, write }, held };
}

/** How many calls ended how: `done`, or the code of the error. */
async function outcomes(calls: readonly Promise<unknown>[]): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const settled of await Promise.allSettled(calls)) {
    const { code } =
      settled.status === 'rejected' ? (settled.reason as RoomError) : { code: 'done' };
    counts[code] = (counts[code] ?? 0) + 1;
  }
  return counts;
}

/** What becomes of a user's index that two nodes write at once. `share` begins with nothing stored. */
function userIndex(name: string, share: Sharing): void {
  describe(`the index of a user, ${name}`, () => {
    const opened: Shared[] = [];
    afterEach(async () => {
      await Promise.all(opened.splice(0).map(({ close }) => close()));
    });

    /** Two nodes, of which the first takes nothing out of the index until it is let. */
    const stage = async () => {
      opened.push(...(await share(2)));
      const [first, second] = opened as [Shared, Shared];
      const { records, held } = holding(first.records);
      const slow = testKeeping({ ...first, records }).of('chat');
      const node = testKeeping(second);
      const other = node.of('chat');
      await other.founding.create(ada, { id: 'r', private: false });
      const isHeld = () => waitFor(() => expect(held).toHaveLength(1));
      const letGo = () => held.splice(0).forEach((go) => go());
      return { slow, other, isHeld, letGo, records: second.records, clock: node.clock };
    };

    it('keeps a room that he leaves on one node and joins again on another', async () => {
      const { slow, other, isHeld, letGo } = await stage();
      await other.joining.accept(bob, 'r');
      const leaving = slow.governing.leaveRoom(bob, 'r');
      await isHeld();
      await other.joining.accept(bob, 'r');
      letGo();
      await leaving;
      expect((await other.listing.mine(bob, {})).rooms).toMatchObject([{ room: 'r' }]);
    });

    it('keeps an invitation that comes again while he declines on another node', async () => {
      const { slow, other, isHeld, letGo } = await stage();
      await other.joining.invite(ada, invitation);
      const declining = slow.joining.decline(bob, 'r');
      await isHeld();
      await other.joining.invite(ada, invitation);
      letGo();
      await declining;
      const { invitations } = await other.listing.invitations(bob, {});
      expect(invitations).toMatchObject([{ room: 'r' }]);
    });

    it('has room for the invitations of others, however many one sends', async () => {
      const { other, records, clock } = await stage();
      const invite = async (by: By, id: string) => {
        await other.founding.create(by, { id, private: true });
        await other.joining.invite(by, { ...invitation, room: id });
      };
      const full = { code: 'LIMIT_REACHED' };
      // Listed by an earlier version, which did not say whose it is.
      const old = { key: 'invited/chat/old', value: JSON.stringify({ at: clock.now() }) };
      await records.write(BOB, [old]);
      for (let n = 0; n < limits.invitationsPerUserByOne; n += 1) await invite(ada, `a${n}`);
      await expect(invite(ada, 'one-more')).rejects.toMatchObject(full);
      await invite({ id: 'cy', name: 'Cy' }, 'of-cy');
      // Room again when one has been answered.
      await other.joining.decline(bob, 'a0');
      await other.joining.invite(ada, { ...invitation, room: 'one-more' });
    });

    it('has room for one more when a few have filled it', async () => {
      const { other, records, clock } = await stage();
      const invite = async (by: string, id: string) => {
        await other.founding.create(userOf(by), { id, private: true });
        return other.joining.invite(userOf(by), { ...invitation, room: id });
      };
      for (let n = 0; n < limits.invitationsPerUserByOne; n += 1) {
        clock.advance(1);
        for (const guest of ['g1', 'g2', 'g3', 'g4', 'g5']) await invite(guest, `${guest}-${n}`);
      }
      const waiting = async () => (await records.list(BOB, { prefix: 'invited/' })).length;
      expect(await waiting()).toBe(limits.invitationsPerUser);
      expect(await invite('cy', 'of-cy')).toEqual({ room: 'of-cy' });
      expect(await invite('dee', 'of-dee')).toEqual({ room: 'of-dee' });
      expect(await waiting()).toBe(limits.invitationsPerUser);
      // The oldest of those who have most, by turns.
      const [first, second] = await Promise.all([facts('g1-0'), facts('g2-0')]);
      expect([first?.invitations, second?.invitations]).toEqual([0, 0]);
      await expect(other.joining.accept(bob, 'g1-0')).rejects.toMatchObject({ code: 'FORBIDDEN' });
      for (const room of ['g3-0', 'g1-1', 'of-cy', 'of-dee']) {
        expect(await other.joining.accept(bob, room)).toMatchObject({ room });
      }
      async function facts(id: string) {
        const record = await records.read(`room/chat/${id}`, 'room');
        return record && (JSON.parse(record.value) as { invitations: number });
      }
    });

    it('keeps its limits where many are made at once, on two nodes', async () => {
      const { other, slow, records } = await stage();
      const ids = Array.from({ length: 40 }, (_, no) => `r${no}`);
      for (const id of ids) await other.founding.create(ada, { id, private: true });
      const nodeOf = (no: number) => (no % 2 === 0 ? other : slow);
      const invite = (room: string, no: number) =>
        nodeOf(no).joining.invite(ada, { ...invitation, room });
      expect(await outcomes(ids.map(invite))).toEqual({
        done: limits.invitationsPerUserByOne,
        LIMIT_REACHED: ids.length - limits.invitationsPerUserByOne,
      });
      // Two places are left in each of bob's lists of rooms.
      for (const list of ['room', 'opened']) {
        for (let no = 0; no < limits.roomsPerUser - 2; no += 1) {
          const key = `${list}/chat/before-${no}`;
          await records.write(BOB, [{ key, value: JSON.stringify({ at: 0 }) }]);
        }
      }
      const four = [0, 1, 2, 3];
      const limited = { done: 2, LIMIT_REACHED: 2 };
      const open = (no: number) => nodeOf(no).founding.direct(bob, `somebody-${no}`);
      expect(await outcomes(four.map(open))).toEqual(limited);
      const create = (no: number) =>
        nodeOf(no).founding.create(bob, { id: `of-bob-${no}`, private: false });
      const accept = () => slow.joining.accept(bob, 'r');
      const many = [create(0), create(1), create(2), accept()];
      expect(await outcomes(many)).toEqual(limited);
      const listed = await records.list(BOB, { prefix: 'room/' });
      expect(listed).toHaveLength(limits.roomsPerUser);
    });

    it('is made whole by whoever invites or accepts again', async () => {
      const { other, records } = await stage();
      await other.joining.invite(ada, invitation);
      await records.write(BOB, [{ key: 'invited/chat/r', value: null }]);
      await other.joining.invite(ada, invitation);
      expect((await other.listing.invitations(bob, {})).invitations).toHaveLength(1);
      await other.joining.accept(bob, 'r');
      await records.write(BOB, [{ key: 'room/chat/r', value: null }]);
      await other.joining.accept(bob, 'r');
      expect((await other.listing.mine(bob, {})).rooms).toHaveLength(1);
    });
  });
}

userIndex('in memory', inMemory);

describe.skipIf(noRedis)('on nodes', () => {
  let redis: RedisServer;
  beforeAll(async () => {
    redis = await redisServer();
  });
  afterAll(() => redis.stop());

  userIndex('on Redis', async (count) => {
    await redis.command('FLUSHALL');
    return onRedis(redis.url)(count);
  });
});
