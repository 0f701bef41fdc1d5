import { describe, expect, it } from 'vitest';
import type { ClientStorage } from '../../../client/storage/client-storage.ts';
import { memoryStorage } from '../../../client/storage/memory-storage.ts';
import { RoomError } from '../../../shared/index.ts';
import { ackAt } from '../../kit/outbox-entries.ts';
import { outboxStage } from '../../kit/outbox-stage.ts';
import { settle } from '../../kit/settle.ts';

const TAKEN_BACK = { code: 'EVENT_REMOVED', retryable: false };
/** Those of a browser in which no two tabs live at once. */
const locks = { take: async () => () => {} };

describe('what is discarded', () => {
  it('[SND2] is taken back as long as it was never sent, and its publish says so', async () => {
    const { outbox, world, publish, view, states, keys } = outboxStage();
    world.isOpen = false;
    const unsent = [publish('a'), publish('a'), publish('b')];
    expect(view().discard('a')).toBe(true);
    expect(states()).toEqual(['b queued']);
    for (const ack of unsent.slice(0, 2)) await expect(ack).rejects.toMatchObject(TAKEN_BACK);
    expect(view().discard('a')).toBe(false);
    world.isOpen = true;
    outbox.wake();
    expect(keys()).toEqual(['b']);
  });

  it('[SND2] stays where it is under way, and where it was before the connection broke', async () => {
    const { outbox, world, publish, answers, states } = outboxStage();
    const ack = publish('a');
    expect([outbox.discard('a'), states()]).toEqual([false, ['a sending']]);
    world.isOpen = false;
    answers[0]?.reject(new RoomError('DISCONNECTED'));
    await settle();
    expect([outbox.discard('a'), states()]).toEqual([false, ['a queued']]);
    world.isOpen = true;
    outbox.wake();
    answers[1]?.resolve(ackAt(1));
    expect((await ack).id).toBe('E:1');
    // Stored: it is shown no longer, and that is all.
    expect([outbox.discard('a'), states()]).toEqual([false, []]);
  });

  it('is gone with its answer, and the key is free', async () => {
    const { outbox, world, publish, answers, keys } = outboxStage();
    const refused = publish('a');
    answers[0]?.reject(new RoomError('FORBIDDEN'));
    await expect(refused).rejects.toBeInstanceOf(RoomError);
    expect(outbox.discard('a')).toBe(true);
    world.isOpen = false;
    void publish('a', 'general', 'else');
    outbox.discard('a');
    const again = publish('a', 'general', 'other');
    world.isOpen = true;
    outbox.wake();
    answers[1]?.resolve(ackAt(1));
    expect([(await again).id, keys()]).toEqual(['E:1', ['a', 'a']]);
  });
});

describe('what is discarded of a stored outbox', () => {
  /** What a page leaves that could not send it. */
  async function left(storage: ClientStorage, ...keys: string[]) {
    const page = outboxStage({ storage, locks, newKey: () => 'first' });
    page.world.isOpen = false;
    await settle();
    for (const key of keys) void page.publish(key);
    await settle();
    return page;
  }
  const pageAfter = async (storage: ClientStorage, parts: object = {}) => {
    const page = outboxStage({ storage, locks, newKey: () => 'second', ...parts });
    page.world.isOpen = false;
    await settle();
    return page;
  };

  it('[SND2] is taken back also after a reload, and comes back with none', async () => {
    const storage = memoryStorage();
    await left(storage, 'a', 'b');
    const after = await pageAfter(storage);
    expect([after.outbox.discard('a'), after.states()]).toEqual([true, ['b queued']]);
    await settle();
    const last = await pageAfter(storage, { newKey: () => 'third' });
    expect(last.states()).toEqual(['b queued']);
  });

  it('[SND2] stays where it was sent before the page died, however it died', async () => {
    const storage = memoryStorage();
    const before = await left(storage, 'a', 'b');
    before.world.isOpen = true;
    before.outbox.wake();
    await settle();
    expect(before.keys()).toEqual(['a']);
    const after = await pageAfter(storage);
    expect(after.states()).toEqual(['a queued', 'b queued']);
    expect(['a', 'b'].map((key) => after.outbox.discard(key))).toEqual([false, true]);
  });

  it('[SND2] is not sent before storage says so, and the next page never finds it unsent', async () => {
    const inner = memoryStorage();
    let pass = () => {};
    let isSlow = false;
    const put: ClientStorage['put'] = async (name, text) => {
      if (isSlow) await new Promise<void>((resolve) => (pass = resolve));
      await inner.put(name, text);
    };
    const { world, outbox, publish, states, keys } = await left({ ...inner, put }, 'a', 'b');
    isSlow = true;
    for (const key of ['c', 'd']) void publish(key);
    await settle();
    world.isOpen = true;
    outbox.wake();
    await settle();
    expect([keys(), states()[0], outbox.discard('a')]).toEqual([[], 'a sending', false]);
    // That of `c` is under way; `d` comes after the word of `a`.
    for (const sent of [[], ['a']]) {
      pass();
      await settle();
      expect(keys()).toEqual(sent);
    }
    expect((await pageAfter(inner)).states()).toEqual(['a queued', 'b queued', 'c queued']);
  });

  it('is sent at once where storage has not yet said anything of it', async () => {
    const storage = memoryStorage();
    const texts: string[] = [];
    const put: ClientStorage['put'] = async (name, text) => {
      texts.push(text);
      await storage.put(name, text);
    };
    const { publish, keys } = outboxStage({ storage: { ...storage, put }, locks });
    await settle();
    void publish('a');
    expect(keys()).toEqual(['a']);
    await settle();
    expect(texts).toEqual([expect.stringContaining('"sentAt":0')]);
  });

  it('waits five seconds for a storage that hangs, and for no other of its rows', async () => {
    const inner = memoryStorage();
    let hangs = false;
    const put: ClientStorage['put'] = (name, text) =>
      hangs ? new Promise(() => {}) : inner.put(name, text);
    const { world, outbox, clock, answers, keys } = await left({ ...inner, put }, 'a', 'b');
    hangs = true;
    world.isOpen = true;
    outbox.wake();
    clock.advance(4_999);
    await settle();
    expect(keys()).toEqual([]);
    clock.advance(1);
    await settle();
    expect(keys()).toEqual(['a']);
    answers[0]?.resolve(ackAt(1));
    await settle();
    expect(keys()).toEqual(['a', 'b']);
  });

  it('is not sent when the connection or the client ended while storage was waited for', async () => {
    for (const end of ['connection', 'client']) {
      const inner = memoryStorage();
      let pass = () => {};
      let isSlow = false;
      const put: ClientStorage['put'] = async (name, text) => {
        if (isSlow) await new Promise<void>((resolve) => (pass = resolve));
        await inner.put(name, text);
      };
      const { world, outbox, keys, states } = await left({ ...inner, put }, 'a');
      isSlow = true;
      world.isOpen = true;
      outbox.wake();
      await settle();
      if (end === 'client') outbox.close(new RoomError('DISCONNECTED'));
      else world.isOpen = false;
      pass();
      await settle();
      expect(keys()).toEqual([]);
      isSlow = false;
      if (end === 'client') continue;
      expect(states()).toEqual(['a queued']);
      world.isOpen = true;
      outbox.wake();
      await settle();
      expect(keys()).toEqual(['a']);
    }
  });

  it('is left to the next client once this one has ended', async () => {
    const storage = memoryStorage();
    const { outbox } = await left(storage, 'a');
    outbox.close(new RoomError('DISCONNECTED'));
    expect(outbox.discard('a')).toBe(false);
    await settle();
    expect(await storage.list('')).toHaveLength(1);
  });

  it('stays after a reload where no locks say that nobody else is sending it', async () => {
    const storage = memoryStorage();
    await left(storage, 'a');
    const after = await pageAfter(storage, { locks: undefined });
    expect([after.outbox.discard('a'), after.states()]).toEqual([false, ['a queued']]);
  });
});
