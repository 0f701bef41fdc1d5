import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { RoomLog } from '../../../server/log/room-log.ts';
import { reactionsKey } from '../../../server/messages/reaction-records.ts';
import { Reactions } from '../../../server/messages/reactions.ts';
import { findTarget, type Target } from '../../../server/messages/target.ts';
import { createMemoryRecords } from '../../../server/records/memory-records.ts';
import { roomPartition, type Records } from '../../../server/records/records.ts';
import { chat, defineRoom, durable, type By, type Reacted } from '../../../shared/index.ts';
import { manualClock, type ManualClock } from '../../kit/manual-clock.ts';
import { noRedis, redisServer, type RedisServer } from '../../kit/redis-server.ts';
import { openStore } from '../../kit/redis-store.ts';
import { ada, bob, general, memoryLog } from '../../kit/rooms.ts';
import { waitFor } from '../../kit/wait-for.ts';

interface Store {
  readonly log: RoomLog;
  readonly records: Records;
}

/** Holds back calls until it is opened for good. */
function gate() {
  const held: (() => void)[] = [];
  let isOpen = false;
  return {
    pass: async () => {
      if (!isOpen) await new Promise<void>((resolve) => held.push(resolve));
    },
    isHeld: () => waitFor(() => expect(held).not.toEqual([])),
    open: () => {
      isOpen = true;
      for (const go of held.splice(0)) go();
    },
  };
}

/** What nodes that react at once leave behind. `open` gives the stores of two nodes on one storage. */
function reactionsOf(name: string, open: () => Promise<readonly [Store, Store]>): void {
  describe(`reactions of two nodes, ${name}`, () => {
    const opened: Store[] = [];
    afterEach(async () => {
      await Promise.all(opened.splice(0).map(({ log }) => log.close()));
    });

    /** Two nodes on one clock, and a message. */
    const stage = async (wrap: (store: Store) => Store) => {
      const [first, second] = await open();
      opened.push(first, second);
      const clock = manualClock();
      const slowStore = wrap(first);
      const slow = new Reactions(slowStore.log, slowStore.records, clock);
      const other = new Reactions(second.log, second.records, clock);
      const data = '{"json":{"text":"a"}}';
      const entry = { room: general, type: 'message', data, by: ada, at: clock.now() };
      const { epoch, offset } = await second.log.append(entry);
      const find = async () => {
        const target = await findTarget(second.log, chat, general, `${epoch}:${offset}`);
        if (!target) throw new Error('no target');
        return target;
      };
      const kept = (target: Target) =>
        second.records.list(roomPartition(general), { prefix: reactionsKey(target) });
      return { ...second, slow, other, find, kept, clock };
    };
    const thumb = { name: '+1', on: true };

    it('[MSG3] end with a summary that says what is kept', async () => {
      const { pass, isHeld, open: letGo } = gate();
      const { slow, other, find, kept, clock } = await stage(({ log, records }) => ({
        records,
        log: {
          ...log,
          append: async (entry) => {
            if (entry.type === 'reacted') await pass();
            return log.append(entry);
          },
        },
      }));
      const target = await find();
      const late = slow.react(target, { user: ada, ...thumb });
      await moving(clock, isHeld());
      await moving(clock, other.react(target, { user: bob, ...thumb }));
      letGo();
      await late;
      const told = (await find()).slot.reacted?.data as Reacted | undefined;
      const reactions = told?.reactions;
      expect(reactions).toMatchObject([{ name: '+1', count: 2 }]);
      expect(reactions).toEqual(JSON.parse((await kept(target))[0]?.value ?? ''));
    });

    it('[MSG3] are forgotten with the message, when they are stored while it goes', async () => {
      const { pass, isHeld, open: letGo } = gate();
      const { slow, other, log, find, kept, clock } = await stage((store) => ({
        log: store.log,
        records: {
          ...store.records,
          write: async (partition, changes) => {
            await pass();
            return store.records.write(partition, changes);
          },
        },
      }));
      const target = await find();
      const late = slow.react(target, { user: ada, ...thumb });
      const refused = expect(moving(clock, late)).rejects.toMatchObject({ code: 'EVENT_REMOVED' });
      await isHeld();
      const { offset: about } = target.position;
      const removal = { room: general, type: 'removed', data: '{"json":{}}', by: ada, about };
      await log.append({ ...removal, at: clock.now() });
      await other.forget(target);
      letGo();
      await refused;
      expect(await kept(target)).toEqual([]);
    });
  });
}

describe('reactions of which a user may give many', () => {
  it('[MSG3] are read again only when one of the first users takes his back', async () => {
    const often = durable(z.object({ text: z.string() }), { reactions: 'multiple' });
    const kind = defineRoom('often', { events: { often } });
    const [log, records, clock] = [memoryLog(), createMemoryRecords(), manualClock()];
    let lists = 0;
    const list: Records['list'] = (...range) => {
      lists += 1;
      return records.list(...range);
    };
    const reactions = new Reactions(log, { ...records, list }, clock);
    const room = { kind: 'often', id: 'r' };
    const data = '{"json":{"text":"a"}}';
    await log.append({ room, type: 'often', data, by: ada, at: clock.now() });
    const react = async (user: By, on: boolean) => {
      const target = await findTarget(log, kind, room, 'E:1');
      if (!target) throw new Error('no target');
      await moving(clock, reactions.react(target, { user, name: '+1', on }));
      const told = (await findTarget(log, kind, room, 'E:1'))?.slot.reacted?.data as Reacted;
      return told.reactions;
    };
    await react(ada, true);
    const first = lists;
    for (let n = 0; n < 3; n += 1) await react(ada, true);
    expect(await react(bob, true)).toEqual([{ name: '+1', count: 5, users: [ada, bob] }]);
    expect(lists).toBe(first);
    for (let n = 0; n < 4; n += 1) await react({ id: `u${n}`, name: `U${n}` }, true);
    expect(lists).toBe(first);
    const [left] = await react(ada, false);
    expect(left?.users.map(({ id }) => id)).toEqual(['bob', 'u0', 'u1', 'u2', 'u3']);
    expect(lists).toBe(first + 1);
  });
});

/** Moves the hands of a clock until something is over. */
async function moving<T>(clock: ManualClock, until: Promise<T>): Promise<T> {
  let isOver = false;
  const over = () => void (isOver = true);
  until.then(over, over);
  await waitFor(() => {
    clock.advance(250);
    expect(isOver).toBe(true);
  });
  return until;
}

reactionsOf('in memory', async () => {
  const store = { log: memoryLog(), records: createMemoryRecords() };
  return [store, store];
});

describe.skipIf(noRedis)('on nodes', () => {
  let redis: RedisServer;
  beforeAll(async () => {
    redis = await redisServer();
  });
  afterAll(() => redis.stop());

  reactionsOf('on Redis', async () => {
    await redis.command('FLUSHALL');
    return [await openStore(redis.url), await openStore(redis.url)];
  });
});
