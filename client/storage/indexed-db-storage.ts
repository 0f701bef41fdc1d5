import type { ClientStorage } from './client-storage.ts';

const STORE = 'texts';

/** The type of the browser's `indexedDB`: a program without the DOM's types has no name for it. */
type Factory = typeof globalThis extends { readonly indexedDB: infer F } ? F : object;

/** Keeps texts in IndexedDB: they survive reloads and the browser's end. `name` (default
 *  `trpc-rooms`) is the database; its rows are its own. `indexedDB` defaults to the browser's. */
export function indexedDbStorage(
  options: { readonly name?: string; readonly indexedDB?: Factory } = {},
): ClientStorage {
  const { name = 'trpc-rooms' } = options;
  let opening: Promise<IDBDatabase> | undefined;

  const open = async (): Promise<IDBDatabase> => {
    // Not before it is used: a browser that forbids it throws at the very name.
    const { indexedDB = globalThis.indexedDB } = options;
    const request = indexedDB.open(name, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(STORE);
    const database = await done(request);
    const forget = () => (opening = undefined);
    // The browser may close it, and a later version of the app may want to change it.
    database.addEventListener('close', forget);
    database.addEventListener('versionchange', () => {
      database.close();
      forget();
    });
    return database;
  };
  const store = async (mode: IDBTransactionMode): Promise<IDBObjectStore> => {
    opening ??= open().catch((error: unknown) => {
      // The next use tries again.
      opening = undefined;
      throw error;
    });
    return (await opening).transaction(STORE, mode).objectStore(STORE);
  };

  return {
    list: async (prefix) => {
      const rows = await store('readonly');
      // All of them: they are few, and their names need no order.
      const [names, texts] = await Promise.all([done(rows.getAllKeys()), done(rows.getAll())]);
      const pairs = names.map((key, index) => [key as string, String(texts[index])] as const);
      return pairs.filter(([key]) => key.startsWith(prefix));
    },
    put: async (key, text) => {
      const rows = await store('readwrite');
      rows.put(text, key);
      await committed(rows.transaction);
    },
    remove: async (key) => {
      const rows = await store('readwrite');
      rows.delete(key);
      await committed(rows.transaction);
    },
  };
}

function done<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.addEventListener('success', () => resolve(request.result));
    request.addEventListener('error', () => reject(request.error ?? new Error('IndexedDB failed')));
  });
}

function committed(transaction: IDBTransaction): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = () => reject(transaction.error ?? new Error('IndexedDB took nothing'));
    transaction.addEventListener('complete', () => resolve());
    transaction.addEventListener('abort', fail);
    transaction.addEventListener('error', fail);
  });
}
