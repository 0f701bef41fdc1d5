import { describe, expect, it } from 'vitest';
import { memoryStorage } from '../../../client/storage/memory-storage.ts';
import { RoomError } from '../../../shared/index.ts';
import { ackAt } from '../../kit/outbox-entries.ts';
import { outboxStage } from '../../kit/outbox-stage.ts';
import { settle } from '../../kit/settle.ts';

/** What Ada's client has left that ended with `a` unsent. */
async function unsentStorage() {
  const storage = memoryStorage();
  const { world, outbox, publish } = outboxStage({ storage });
  await settle();
  world.isOpen = false;
  void publish('a');
  await settle();
  outbox.close(new RoomError('DISCONNECTED'));
  return storage;
}

describe('a persistent outbox', () => {
  it('[SND2] survives a reload: what is unsent goes first, with the same keys', async () => {
    const storage = memoryStorage();
    const before = outboxStage({ storage });
    await settle();
    before.world.isOpen = false;
    const lost = before.publish('a');
    void before.publish('b');
    await settle();
    before.outbox.close(new RoomError('DISCONNECTED'));
    await expect(lost).rejects.toMatchObject({ code: 'DISCONNECTED' });

    const after = outboxStage({ storage, newKey: () => 'second' });
    const own = after.publish('c');
    await settle();
    expect(after.states()).toEqual(['a sending', 'b queued', 'c queued']);
    for (const n of [0, 1, 2]) {
      after.answers[n]?.resolve(ackAt(n + 1));
      await settle();
    }
    expect((await own).id).toBe('E:3');
    expect(after.keys()).toEqual(['a', 'b', 'c']);
    expect(after.states()).toEqual(['a acked', 'b acked', 'c acked']);
    await settle();
    expect(await storage.list('')).toEqual([]);
  });

  it('keeps what was rejected, for `retry` after a reload', async () => {
    const storage = memoryStorage();
    const before = outboxStage({ storage });
    await settle();
    const refused = before.publish('a');
    before.answers[0]?.reject(new RoomError('FORBIDDEN', 'not you'));
    await expect(refused).rejects.toBeInstanceOf(RoomError);
    await settle();
    before.outbox.close(new RoomError('DISCONNECTED'));
    const after = outboxStage({ storage, newKey: () => 'second' });
    await settle();
    expect(after.view().getSnapshot()).toMatchObject([
      { key: 'a', state: 'rejected', error: { code: 'FORBIDDEN', message: 'not you' } },
    ]);
    const again = after.outbox.retry('a');
    after.answers[0]?.resolve(ackAt(1));
    expect((await again).id).toBe('E:1');
  });

  it('[SND2] keeps nothing of a user whose token names nobody: the next one may be another', async () => {
    const storage = memoryStorage();
    const before = outboxStage({ storage, user: () => '' });
    void before.publish('a');
    await settle();
    expect(before.keys()).toEqual(['a']);
    before.world.isOpen = false;
    const unsent = before.publish('b');
    await settle();
    before.outbox.close(new RoomError('DISCONNECTED'));
    await expect(unsent).rejects.toMatchObject({ code: 'DISCONNECTED' });
    expect(before.states()).toEqual(['a expired', 'b expired']);
    expect(await storage.list('')).toEqual([]);
    const next = outboxStage({ storage, newKey: () => 'second', user: () => '' });
    await settle();
    expect([next.keys(), next.states()]).toEqual([[], []]);
  });

  it('[SND2] goes on with what a user left, though the first token names nobody', async () => {
    const storage = await unsentStorage();
    let user = '';
    const after = outboxStage({ storage, newKey: () => 'second', user: () => user });
    await settle();
    expect(after.states()).toEqual([]);
    user = 'ada';
    after.outbox.wake();
    await settle();
    expect([after.keys(), after.states()]).toEqual([['a'], ['a sending']]);
  });

  it('sends nobody’s publishes as somebody else', async () => {
    const storage = await unsentStorage();
    const other = outboxStage({ storage, newKey: () => 'second', user: () => 'bob' });
    await settle();
    expect([other.keys(), other.states()]).toEqual([[], []]);
    other.outbox.close(new RoomError('DISCONNECTED'));
    const back = outboxStage({ storage, newKey: () => 'third' });
    await settle();
    expect(back.keys()).toEqual(['a']);
  });

  it('goes on from memory when the storage fails, and says so', async () => {
    const errors: unknown[] = [];
    const broken = async () => {
      throw new Error('quota');
    };
    const { publish, answers, outbox } = outboxStage({
      storage: { list: broken, put: broken, remove: broken },
      onStorageError: (error) => errors.push(error),
    });
    await settle();
    const ack = publish('a');
    answers[0]?.resolve(ackAt(1));
    expect((await ack).id).toBe('E:1');
    await settle();
    expect(errors.length).toBeGreaterThan(0);
    outbox.close(new RoomError('DISCONNECTED'));
  });

  it('waits no longer than five seconds for a storage that hangs', async () => {
    const { publish, clock, keys } = outboxStage({
      storage: { ...memoryStorage(), list: () => new Promise(() => {}) },
    });
    void publish('a');
    await settle();
    expect(keys()).toEqual([]);
    clock.advance(5_000);
    await settle();
    expect(keys()).toEqual(['a']);
  });

  it('passes over what no client has written', async () => {
    const storage = memoryStorage();
    const texts = ['', 'null', '[]', '{"key":5}', '{"key":"k","at":"x"}', '{'];
    for (const [n, text] of texts.entries()) await storage.put(`outbox/ada/dead/${n}/`, text);
    const { publish, states } = outboxStage({ storage });
    await settle();
    void publish('a');
    expect(states()).toEqual(['a sending']);
  });
});
