/** Chance that can be repeated: the same seed gives the same numbers. */
export interface Random {
  /** In [0, 1). */
  next(): number;
  /** A whole number from `from` to `to`, both inclusive. */
  between(from: number, to: number): number;
  isLikely(share: number): boolean;
  pick<T>(list: readonly T[]): T;
  /** A generator of its own, whose numbers do not depend on how many were taken from this one. */
  fork(name: string): Random;
}

/** Makes a generator. Source: mulberry32, seeded by FNV-1a; public domain. */
export function createRandom(seed: string | number): Random {
  const name = String(seed);
  let state = fnv(name);
  const next = () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const between = (from: number, to: number) => from + Math.floor(next() * (to - from + 1));
  return {
    next,
    between,
    isLikely: (share) => next() < share,
    pick: (list) => {
      const index = between(0, list.length - 1);
      // An index of the list: it is there, whatever its type.
      return list[index] as (typeof list)[number];
    },
    fork: (part) => createRandom(`${name}/${part}`),
  };
}

function fnv(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  return hash;
}
