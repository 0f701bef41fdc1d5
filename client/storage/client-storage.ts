/** Where a client keeps a few small texts over a reload: unsent publishes, positions. Several tabs
 *  may use one: each writes under names of its own. What throws is reported and nothing else comes
 *  of it: the client goes on from memory. */
export interface ClientStorage {
  /** All names that begin with `prefix`, and their texts, in any order. */
  list(prefix: string): Promise<readonly (readonly [name: string, text: string])[]>;
  /** Keeps a text under a name, in place of what stood there. */
  put(name: string, text: string): Promise<void>;
  /** Forgets a name. One that is not there is no error. */
  remove(name: string): Promise<void>;
}

/** A name of parts that may hold any character. Its beginning is the prefix of all names that begin
 *  with the same parts. */
export function storageName(...parts: readonly string[]): string {
  return parts.map((part) => `${encodeURIComponent(part)}/`).join('');
}

/** The parts of a name. */
export function partsOfName(name: string): string[] {
  try {
    return name.split('/').slice(0, -1).map(decodeURIComponent);
  } catch {
    return [];
  }
}
