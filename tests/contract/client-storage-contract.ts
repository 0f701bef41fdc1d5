import { describe, expect, it } from 'vitest';
import {
  partsOfName,
  storageName,
  type ClientStorage,
} from '../../client/storage/client-storage.ts';

/** What every form of a client's storage does. `create` makes an empty one; `again` another that sees
 *  the same texts, as another tab or process would. */
export function clientStorageContract(
  form: string,
  create: () => { storage: ClientStorage; again: () => ClientStorage },
): void {
  describe(`client storage: ${form}`, () => {
    it('keeps texts by name, for whoever comes later', async () => {
      const { storage, again } = create();
      await storage.put('a/1/', 'one');
      await storage.put('a/2/', 'two');
      await storage.put('b/1/', 'other');
      await storage.put('a/1/', 'one, changed');
      const found = await again().list('a/');
      expect(new Map(found)).toEqual(
        new Map([
          ['a/1/', 'one, changed'],
          ['a/2/', 'two'],
        ]),
      );
      expect(await again().list('')).toHaveLength(3);
    });

    it('forgets a name, and has nothing against one that is not there', async () => {
      const { storage, again } = create();
      await storage.put('a/1/', 'one');
      await storage.remove('a/1/');
      await storage.remove('a/1/');
      expect(await again().list('')).toEqual([]);
    });

    it('keeps any text under any name', async () => {
      const { storage, again } = create();
      const name = storageName('outbox', 'ä/ö%', '..', '日本 👋', '');
      const text = '{"a":"\u0000\ud83d\ude00"}'.repeat(2_000);
      await storage.put(name, text);
      expect(await again().list(storageName('outbox', 'ä/ö%'))).toEqual([[name, text]]);
      expect(partsOfName(name)).toEqual(['outbox', 'ä/ö%', '..', '日本 👋', '']);
    });

    it('takes many writes at once', async () => {
      const { storage, again } = create();
      const names = Array.from({ length: 50 }, (_, n) => `n/${n}/`);
      await Promise.all(names.map((name) => storage.put(name, name)));
      expect((await again().list('n/')).map(([name]) => name).toSorted()).toEqual(names.toSorted());
    });
  });
}
