import { describe, expect, it } from 'vitest';
import type { Entry } from '../../../client/outbox/entry.ts';
import { createJournal, type Journal } from '../../../client/outbox/journal.ts';
import type { ClientStorage } from '../../../client/storage/client-storage.ts';
import { webLocks, type Locks } from '../../../client/storage/locks.ts';
import { memoryStorage } from '../../../client/storage/memory-storage.ts';
import { queuedEntry } from '../../kit/outbox-entries.ts';
import { settle } from '../../kit/settle.ts';
import { surfaced } from '../../kit/surfaced.ts';

/** Locks as the tabs of one browser share them. */
function sharedLocks(): Locks {
  const held = new Map<string, (() => void)[]>();
  const grant = (name: string): (() => void) => {
    const waiting = held.get(name) ?? [];
    held.set(name, waiting);
    return () => {
      const next = waiting.shift();
      if (next) next();
      else held.delete(name);
    };
  };
  return {
    take: async (name, patience) => {
      if (!held.has(name)) return grant(name);
      if (!patience) return undefined;
      await new Promise<void>((resolve, reject) => {
        held.get(name)?.push(resolve);
        patience.addEventListener('abort', () => reject(new Error('aborted')));
      });
      return grant(name);
    },
  };
}

function tab(owner: string, storage: ClientStorage, locks: Locks | undefined, hear = () => {}) {
  const errors: unknown[] = [];
  const onError = (error: unknown) => {
    errors.push(error);
    hear();
  };
  const journal: Journal = createJournal({ storage, locks, owner, onError });
  const adopted: string[] = [];
  const restore = (user = 'ada') =>
    journal.restore(user, (entries) => adopted.push(...entries.map(({ key }) => key)));
  return { journal, adopted, restore, errors };
}

const saved = (key: string, at = 0): Entry => queuedEntry(key, { at });

describe.each([
  ['the test’s own', sharedLocks],
  ['those of the platform', () => webLocks()],
])('a journal with locks, %s', (_, make) => {
  it('leaves alone what belongs to a tab that lives, and takes it over when that ends', async () => {
    const [storage, locks] = [memoryStorage(), make()];
    const one = tab(`one ${_}`, storage, locks);
    await settle();
    one.journal.save(saved('a', 1));
    one.journal.save(saved('b', 2));
    await settle();
    const two = tab(`two ${_}`, storage, locks);
    await two.restore();
    expect(two.adopted).toEqual([]);
    one.journal.forget('a');
    await settle();
    one.journal.close();
    await settle();
    await settle();
    expect(two.adopted).toEqual(['b']);
    two.journal.forget('b');
    await settle();
    expect([await storage.list(''), one.errors, two.errors]).toEqual([[], [], []]);
    two.journal.close();
  });
});

describe('a journal', () => {
  it('takes over everything where there are no locks, oldest first', async () => {
    const storage = memoryStorage();
    const one = tab('one', storage, undefined);
    one.journal.save(saved('later', 9));
    one.journal.save(saved('earlier', 3));
    await settle();
    const two = tab('two', storage, undefined);
    await two.restore();
    expect(two.adopted).toEqual(['earlier', 'later']);
  });

  it('takes over what can be read where the storage fails for one of several', async () => {
    const inner = memoryStorage();
    for (const [owner, key] of [
      ['one', 'a'],
      ['two', 'b'],
    ] as const) {
      const { journal } = tab(owner, inner, undefined);
      journal.save(saved(key));
      await settle();
      journal.close();
    }
    const list: ClientStorage['list'] = async (prefix) => {
      if (prefix.includes('one')) throw new Error('unreadable');
      return inner.list(prefix);
    };
    const three = tab('three', { ...inner, list }, undefined);
    await three.restore();
    expect([three.adopted, three.errors.length]).toEqual([['b'], 1]);
  });

  it('goes on when whoever hears of a failure throws', async () => {
    const thrown = surfaced();
    const inner = memoryStorage();
    let puts = 0;
    const put: ClientStorage['put'] = async (name, text) => {
      puts += 1;
      if (puts === 1) throw new Error('quota');
      await inner.put(name, text);
    };
    const bug = new Error('a bug of the page');
    const { journal, errors } = tab('one', { ...inner, put }, undefined, () => {
      throw bug;
    });
    for (const key of ['a', 'b', 'c']) journal.save(saved(key));
    await settle();
    expect([(await inner.list('')).length, errors.length, thrown]).toEqual([2, 1, [bug]]);
  });

  it('restores nothing of another user, and keeps nothing of nobody', async () => {
    const storage = memoryStorage();
    const one = tab('one', storage, undefined);
    one.journal.save(saved('a'));
    one.journal.save(queuedEntry('nobody’s', { user: undefined }));
    one.journal.save(queuedEntry('of no name', { user: '' }));
    await settle();
    expect(await storage.list('')).toHaveLength(1);
    const two = tab('two', storage, undefined);
    await two.restore('bob');
    expect(two.adopted).toEqual([]);
  });

  it('leaves no copy of what is published again before it is restored', async () => {
    const storage = memoryStorage();
    const one = tab('one', storage, undefined);
    one.journal.save(saved('a'));
    await settle();
    one.journal.close();
    const two = tab('two', storage, undefined);
    two.journal.save(saved('a', 5));
    await two.restore();
    two.journal.forget('a');
    await settle();
    expect(await storage.list('')).toEqual([]);
  });

  it('[SND1] restores a key that two tabs have left once, and keeps the row of that one', async () => {
    const storage = memoryStorage();
    for (const owner of ['one', 'two']) {
      const { journal } = tab(owner, storage, undefined);
      journal.save(saved('a'));
      await settle();
      journal.close();
    }
    const three = tab('three', storage, undefined);
    await three.restore();
    await settle();
    expect(three.adopted).toEqual(['a']);
    expect(await storage.list('')).toHaveLength(1);
    three.journal.forget('a');
    await settle();
    expect(await storage.list('')).toEqual([]);
  });

  it('leaves nothing to the next one before all of it is written', async () => {
    const [inner, locks] = [memoryStorage(), sharedLocks()];
    let pass = () => {};
    const put: ClientStorage['put'] = async (name, text) => {
      await new Promise<void>((resolve) => (pass = resolve));
      await inner.put(name, text);
    };
    const one = tab('one', { ...inner, put }, locks);
    await settle();
    for (const key of ['a', 'b', 'c']) one.journal.save(saved(key));
    await settle();
    pass();
    await settle();
    one.journal.close();
    const two = tab('two', inner, locks);
    await two.restore();
    for (const _ of ['b', 'c']) {
      expect(two.adopted).toEqual([]);
      pass();
      await settle();
    }
    await settle();
    expect(two.adopted).toEqual(['a', 'b', 'c']);
  });

  it('writes in order: a later state is never overtaken by an earlier one', async () => {
    const inner = memoryStorage();
    let open = () => {};
    const slow: ClientStorage = {
      ...inner,
      put: async (name, text) => {
        await new Promise<void>((resolve) => (open = resolve));
        await inner.put(name, text);
      },
    };
    const { journal } = tab('one', slow, undefined);
    journal.save(saved('a'));
    journal.forget('a');
    await settle();
    open();
    await settle();
    expect(await inner.list('')).toEqual([]);
  });
});
