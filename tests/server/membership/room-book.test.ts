import { describe, expect, it, vi } from 'vitest';
import { createMemoryRecords } from '../../../server/records/memory-records.ts';
import { roomPartition, userPartition } from '../../../server/records/records.ts';
import { RoomError } from '../../../shared/index.ts';
import { testKeeping } from '../../kit/keeping.ts';
import { ada, bob } from '../../kit/rooms.ts';

const room = { kind: 'chat', id: 'r' };
const made = { id: 'r', private: true };

describe('a change of a room', () => {
  it('is told once it is stored, in its order', async () => {
    const node = testKeeping();
    const { founding, governing } = node.of('chat');
    await founding.create(ada, made);
    await governing.rename(ada, { room: 'r', title: 'x' });
    expect(node.told.map(({ type, room: to }) => [type, to.kind])).toEqual([
      ['roomCreated', 'chat'],
      ['joined', 'me'],
      ['renamed', 'chat'],
    ]);
    expect((await node.book.read(room)).facts?.news).toEqual([]);
    expect(new Set(node.told.map(({ key }) => key)).size).toBe(3);
  });

  it('that the log cannot take is done, and told under the same keys when it can', async () => {
    let isDown = true;
    const keys: string[] = [];
    const node = testKeeping({
      publish: async ({ key }) => {
        keys.push(key);
        if (isDown && keys.length > 1) throw new RoomError('LOG_UNAVAILABLE');
      },
    });
    expect(await node.of('chat').founding.create(ada, made)).toMatchObject({ room: 'r' });
    expect(node.errors).toHaveLength(1);
    expect((await node.book.read(room)).facts?.news).toHaveLength(2);
    isDown = false;
    node.clock.advance(5_000);
    await vi.waitFor(async () => expect((await node.book.read(room)).facts?.news).toEqual([]));
    // The first was told twice, under one key: in the log it is one event.
    expect(keys).toEqual([keys[0], keys[1], keys[0], keys[1]]);
  });

  it('that a dead process did not tell is told by the next, once somebody looks at the room', async () => {
    const records = createMemoryRecords();
    const dead = testKeeping({
      records,
      publish: () => {
        throw new Error('dead');
      },
    });
    await dead.of('chat').founding.create(ada, made);
    dead.book.close();
    const next = testKeeping({ records });
    expect(await next.memberships.of(room, 'ada')).toMatchObject({ role: 'owner' });
    await vi.waitFor(() =>
      expect(next.told.map(({ type }) => type)).toEqual(['roomCreated', 'joined']),
    );
  });

  it('comes to one of two nodes first, and to the other on top of it', async () => {
    const records = createMemoryRecords();
    const [one, other] = [testKeeping({ records }), testKeeping({ records })];
    await one.of('chat').founding.create(ada, made);
    const users = Array.from({ length: 20 }, (_, n) => `u${n}`);
    await Promise.all(
      users.map((user, n) =>
        (n % 2 ? one : other).of('chat').joining.invite(ada, { room: 'r', user, role: 'member' }),
      ),
    );
    await Promise.all(
      users.map((id, n) => (n % 3 ? one : other).of('chat').joining.accept({ id, name: id }, 'r')),
    );
    expect((await one.book.read(room)).facts).toMatchObject({ members: 21, invitations: 0 });
    const told = [...one.told, ...other.told];
    const joined = new Set(told.filter(({ type }) => type === 'welcome').map(({ key }) => key));
    expect(joined.size).toBe(20);
  });

  it('leaves an index behind that mends itself, and takes nothing away that is about to be', async () => {
    const node = testKeeping();
    const { founding, governing, listing } = node.of('chat');
    await founding.create(ada, made);
    const at = JSON.stringify({ at: node.clock.now() });
    const stale = ['room/chat/never-made', 'room/chat/not-mine'].map((key) => ({ key, value: at }));
    await node.records.write(userPartition('ada'), stale);
    await founding.create(bob, { id: 'not-mine', private: false });
    const count = async () =>
      (await node.records.list(userPartition('ada'), { prefix: 'room/' })).length;
    expect((await listing.mine(ada, {})).rooms.map(({ room: id }) => id)).toEqual(['r']);
    expect(await count()).toBe(3);
    node.clock.advance(60_000);
    expect((await listing.mine(ada, {})).rooms).toHaveLength(1);
    expect(await count()).toBe(1);
    await governing.close(ada, 'r');
    expect((await listing.mine(ada, {})).rooms).toEqual([]);
    expect(await node.records.read(roomPartition(room), 'room')).toBeDefined();
  });
});
