import { describe, expect, it } from 'vitest';
import { createMemoryRecords } from '../../../server/records/memory-records.ts';
import type { Records } from '../../../server/records/records.ts';
import { Memberships } from '../../../server/membership/memberships.ts';
import { chat } from '../../../shared/index.ts';
import { testKeeping } from '../../kit/keeping.ts';
import { ada, losingBus } from '../../kit/rooms.ts';

const room = { kind: 'chat', id: 'r' };

/** Records that count how often they are read, and hold reads back when told to. */
function watched(inner: Records) {
  const waiting: (() => void)[] = [];
  const state = { reads: 0, isHeld: false, waiting };
  const records: Records = {
    ...inner,
    read: async (partition, key) => {
      state.reads += 1;
      const found = await inner.read(partition, key);
      if (state.isHeld) await new Promise<void>((resolve) => waiting.push(resolve));
      return found;
    },
  };
  return { records, state };
}

describe('what a room is to a user', () => {
  it('is read once and then known, without a promise, until the room changes', async () => {
    const { records, state } = watched(createMemoryRecords());
    const { memberships, of } = testKeeping({ records });
    await of('chat').founding.create(ada, { id: 'r', private: true });
    await memberships.of(room, 'ada');
    const { reads } = state;
    expect(memberships.of(room, 'ada')).toEqual({
      visibility: 'private',
      role: 'owner',
      isBanned: false,
    });
    expect(state.reads).toBe(reads);
    await of('chat').governing.close(ada, 'r');
    expect(await memberships.of(room, 'ada')).toMatchObject({ role: undefined });
  });

  it('of a room that nobody has made is known to all after one look', async () => {
    const { records, state } = watched(createMemoryRecords());
    const { memberships } = testKeeping({ records });
    await memberships.of(room, 'ada');
    const { reads } = state;
    expect(memberships.of(room, 'bob')).toMatchObject({ visibility: undefined });
    expect(state.reads).toBe(reads);
  });

  it('that was read before a change is not kept after it', async () => {
    const { records, state } = watched(createMemoryRecords());
    const { memberships, of, bus } = testKeeping({ records });
    const { joining, founding, governing } = of('chat');
    await founding.create(ada, { id: 'r', private: true });
    await joining.invite(ada, { room: 'r', user: 'bob', role: 'member' });
    await joining.accept({ id: 'bob', name: 'Bob' }, 'r');
    state.isHeld = true;
    const early = Promise.resolve(memberships.of(room, 'bob'));
    for (let turn = 0; turn < 3; turn += 1) await flush(state);
    state.isHeld = false;
    await governing.removeMember(ada, { room: 'r', user: 'bob', ban: false });
    await flush(state);
    await early;
    expect(await memberships.of(room, 'bob')).toMatchObject({ role: undefined });
    await bus.announce({ room });
  });

  it('of another node is forgotten with its notice', async () => {
    const records = createMemoryRecords();
    const [one, other] = [testKeeping({ records }), testKeeping({ records })];
    await one.of('chat').founding.create(ada, { id: 'r', private: true });
    expect(await other.memberships.of(room, 'ada')).toMatchObject({ role: 'owner' });
    await one.of('chat').governing.close(ada, 'r');
    await other.bus.announce({ room });
    expect(await other.memberships.of(room, 'ada')).toMatchObject({ role: undefined });
  });

  it('stays known when one user alone has something to hear', async () => {
    const { records, state } = watched(createMemoryRecords());
    const { memberships, of, bus } = testKeeping({ records });
    await of('chat').founding.create(ada, { id: 'r', private: true });
    await memberships.of(room, 'ada');
    const { reads } = state;
    const frame = { type: 'unread', position: 'E:1', version: 0, unread: 0, to: 'E:1' } as const;
    await bus.announce({ room, own: { userId: 'ada', frame } });
    expect(memberships.of(room, 'ada')).toMatchObject({ role: 'owner' });
    expect(state.reads).toBe(reads);
  });

  it('is kept in mind of so many, however often a room changes', async () => {
    const { records, state } = watched(createMemoryRecords());
    const { of, bus } = testKeeping({ records });
    const onNews = () => {};
    const memberships = new Memberships({ contract: { chat }, records, bus, onNews, most: 10 });
    await of('chat').founding.create(ada, { id: 'r', private: true });
    const other = (no: number) => memberships.of({ kind: 'chat', id: `other-${no}` }, 'ada');
    for (let no = 0; no < 100; no += 1) {
      await other(no);
      // Asked for twice at once, and changed.
      await Promise.all([memberships.of(room, 'ada'), memberships.of(room, 'ada')]);
      await bus.announce({ room });
      expect(memberships.known).toBeLessThanOrEqual(11);
    }
    const { reads } = state;
    await other(99);
    expect(state.reads).toBe(reads);
    await other(0);
    expect(state.reads).toBe(reads + 1);
  });

  it('[AUT1] is read anew when notices may have been lost', async () => {
    const records = createMemoryRecords();
    const { bus, lose } = losingBus();
    const [one, other] = [testKeeping({ records }), testKeeping({ records, bus })];
    await one.of('chat').founding.create(ada, { id: 'r', private: true });
    expect(await other.memberships.of(room, 'ada')).toMatchObject({ role: 'owner' });
    await one.of('chat').governing.close(ada, 'r');
    lose();
    expect(await other.memberships.of(room, 'ada')).toMatchObject({ role: undefined });
  });
});

async function flush({ waiting }: { waiting: (() => void)[] }): Promise<void> {
  // One held read at a time; the last stays held.
  await new Promise((resolve) => setImmediate(resolve));
  if (waiting.length > 0) waiting.shift()?.();
  await new Promise((resolve) => setImmediate(resolve));
}
