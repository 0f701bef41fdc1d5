import type { ClientStorage } from './client-storage.ts';

/** Keeps texts as long as the object lives: for tests, and for clients that follow each other within
 *  one page. */
export function memoryStorage(): ClientStorage {
  const texts = new Map<string, string>();
  return {
    list: async (prefix) => [...texts].filter(([name]) => name.startsWith(prefix)),
    put: async (name, text) => void texts.set(name, text),
    remove: async (name) => void texts.delete(name),
  };
}
