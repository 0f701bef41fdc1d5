import { IDBFactory } from 'fake-indexeddb';
import { chmodSync, existsSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { fileStorage } from '../../../client/node/file-storage.ts';
import { partsOfName } from '../../../client/storage/client-storage.ts';
import { indexedDbStorage } from '../../../client/storage/indexed-db-storage.ts';
import { memoryStorage } from '../../../client/storage/memory-storage.ts';
import { clientStorageContract } from '../../contract/client-storage-contract.ts';
import { tempDir } from '../../kit/temp-dir.ts';

clientStorageContract('memory', () => {
  const storage = memoryStorage();
  return { storage, again: () => storage };
});

clientStorageContract('IndexedDB', () => {
  const indexedDB = new IDBFactory();
  const open = () => indexedDbStorage({ indexedDB });
  return { storage: open(), again: open };
});

clientStorageContract('a directory', () => {
  const dir = join(tempDir(), 'of', 'its', 'own');
  return { storage: fileStorage(dir), again: () => fileStorage(dir) };
});

describe('a directory as storage', () => {
  it('is nobody else’s to read', async () => {
    const dir = join(tempDir(), 'store');
    await fileStorage(dir).put('a/', 'secret');
    const modes = [dir, ...readdirSync(dir).map((file) => join(dir, file))];
    expect(modes.map((path) => statSync(path).mode & 0o077)).toEqual([0, 0]);
  });

  it('makes all levels that are missing, nobody else’s to enter', async () => {
    const base = tempDir();
    const dir = join(base, 'a', 'b');
    const storage = fileStorage(dir);
    await Promise.all(['x/', 'y/'].map((name) => storage.put(name, 'text')));
    expect(await storage.list('')).toHaveLength(2);
    expect([join(base, 'a'), dir].map((path) => statSync(path).mode & 0o777)).toEqual([
      0o700, 0o700,
    ]);
  });

  // Nothing can be made below it, for root neither.
  it.runIf(existsSync('/proc/self'))(
    'fails where it cannot be made, naming the level',
    async () => {
      const storage = fileStorage('/proc/nothing/of/ours');
      expect(await storage.list('')).toEqual([]);
      await expect(storage.put('x/', 'text')).rejects.toThrow(`mkdir '/proc/nothing'`);
    },
  );

  it('passes over what lies there and is none of its files', async () => {
    const dir = tempDir();
    for (const [file, text] of [
      ['a.json', '{'],
      ['b.json', '["x"]'],
      ['c.json', '[5,"x"]'],
      ['d.part', '["half","of'],
    ] as const) {
      writeFileSync(join(dir, file), text);
    }
    expect(await fileStorage(dir).list('')).toEqual([]);
  });

  it('says what goes wrong', async () => {
    const dir = tempDir();
    writeFileSync(join(dir, 'file'), '');
    await expect(fileStorage(join(dir, 'file')).put('a/', 'x')).rejects.toThrow('file');
    chmodSync(dir, 0o700);
  });
});

describe('IndexedDB as storage', () => {
  it('says so where a browser forbids its very name, and throws only when it is used', async () => {
    Object.defineProperty(globalThis, 'indexedDB', {
      configurable: true,
      get: () => {
        throw new Error('forbidden');
      },
    });
    onTestFinished(() => void Reflect.deleteProperty(globalThis, 'indexedDB'));
    await expect(indexedDbStorage().list('')).rejects.toThrow('forbidden');
  });

  it('opens again after the database was closed under it', async () => {
    const indexedDB = new IDBFactory();
    const storage = indexedDbStorage({ indexedDB });
    await storage.put('a/', 'kept');
    // A later version of the app asks for the database: this one lets go, and comes back.
    const request = indexedDB.deleteDatabase('trpc-rooms');
    await new Promise((resolve) => request.addEventListener('success', resolve));
    expect(await storage.list('')).toEqual([]);
    await storage.put('a/', 'anew');
    expect(await storage.list('')).toEqual([['a/', 'anew']]);
  });

  it('says that there is none, each time it is asked', async () => {
    const refuse = () => {
      throw new Error('private mode');
    };
    const storage = indexedDbStorage({ indexedDB: { open: refuse } as unknown as IDBFactory });
    await expect(storage.list('')).rejects.toThrow('private mode');
    await expect(storage.put('a/', 'x')).rejects.toThrow('private mode');
  });
});

describe('partsOfName', () => {
  it('takes no malformed name for one', () => {
    expect(partsOfName('%/')).toEqual([]);
  });
});
