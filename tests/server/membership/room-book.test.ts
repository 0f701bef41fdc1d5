import { describe, expect, it } from 'vitest';
import { createMemoryRecords } from '../../../server/records/memory-records.ts';
import { roomPartition, userPartition } from '../../../server/records/records.ts';
import { RoomError } from '../../../shared/index.ts';
import { testKeeping } from '../../kit/keeping.ts';
import { ada, bob } from '../../kit/rooms.ts';
import { waitFor } from '../../kit/wait-for.ts';

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
    await waitFor(async () => expect((await node.book.read(room)).facts?.news).toEqual([]));
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
    await waitFor(() =>
      expect(next.told.map(({ type }) => type)).toEqual(['roomCreated', 'joined']),
    );
  });

  it('that closes a room tells each of its members, however often it has to begin again', async () => {
    const records = createMemoryRecords();
    let told = 0;
    const dying = testKeeping({
      records,
      publish: async ({ room: to }) => {
        if (to.kind === 'me' && (told += 1) > 63) throw new Error('dead');
      },
    });
    const { founding, joining, governing } = dying.of('chat');
    await founding.create(ada, made);
    for (let n = 0; n < 30; n += 1) {
      const id = `u${n}`;
      await joining.invite(ada, { room: 'r', user: id, role: 'member' });
      await joining.accept({ id, name: id }, 'r');
    }
    await governing.close(ada, 'r');
    await waitFor(() => expect(dying.errors).not.toEqual([]));
    dying.book.close();
    const next = testKeeping({ records });
    await next.memberships.of(room, 'u7');
    await waitFor(async () => expect((await next.book.read(room)).facts?.parting).toBeUndefined());
    const notices = [...dying.told, ...next.told].filter(({ type }) => type === 'removed');
    expect(new Set(notices.map(({ room: to }) => to.id)).size).toBe(31);
    // One key: whoever is told twice has it once.
    expect(new Set(notices.map(({ key }) => key)).size).toBe(1);
    for (const user of ['ada', 'u0', 'u29']) {
      expect(await records.list(userPartition(user), { prefix: 'room/' })).toEqual([]);
    }
    const count = next.told.length;
    await next.memberships.of(room, 'u8');
    await new Promise((resolve) => setImmediate(resolve));
    expect(next.told).toHaveLength(count);
  });

  it('[AUT1] that closes a room ends its feeds, also while the log takes no events', async () => {
    let isDown = false;
    const node = testKeeping({
      publish: async () => {
        if (isDown) throw new RoomError('LOG_UNAVAILABLE');
      },
    });
    const { founding, governing } = node.of('chat');
    await founding.create(ada, made);
    const heard: unknown[] = [];
    node.bus.onNotice(
      ({ revoked }) => revoked && heard.push(revoked.who),
      () => {},
    );
    isDown = true;
    await governing.close(ada, 'r');
    expect(heard).toEqual(['all']);
    // It is tried again, and so is the word to each member.
    expect(node.errors).toContainEqual(new RoomError('LOG_UNAVAILABLE'));
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
