import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MemoryKeys, type Kept } from '../../../server/log/memory-keys.ts';

const CAP = 4;
const WINDOW_MS = 10;

const steps = fc.array(
  fc.record({ key: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'), passMs: fc.nat(6) }),
  { maxLength: 60 },
);

/** What a room remembers, said as plainly as it goes: all that was put, the newest last. */
function model() {
  let all: { key: string; kept: Kept }[] = [];
  return {
    put: (key: string, kept: Kept) => {
      all = [...all.filter((other) => other.key !== key), { key, kept }].slice(-CAP);
    },
    get: (key: string, now: number) =>
      all.find((one) => one.key === key && one.kept.at > now - WINDOW_MS)?.kept,
    windowMs: (now: number) =>
      all.length < CAP ? WINDOW_MS : Math.min(WINDOW_MS, now - (all[0]?.kept.at ?? now)),
  };
}

describe('MemoryKeys', () => {
  it('[SND1] keeps the newest, each for the window, and says for how long', () => {
    fc.assert(
      fc.property(steps, (all) => {
        const keys = new MemoryKeys({ cap: CAP, windowMs: WINDOW_MS });
        const expected = model();
        let now = 0;
        for (const [offset, { key, passMs }] of all.entries()) {
          now += passMs;
          expect(keys.get('ada', key, now)).toEqual(expected.get(key, now));
          if (!expected.get(key, now)) {
            const kept = { offset, at: now, digest: key };
            keys.put('ada', key, kept);
            expected.put(key, kept);
          }
          expect(keys.windowMs(now)).toBe(expected.windowMs(now));
        }
      }),
    );
  });

  it('[SND1] keeps the keys of users apart', () => {
    const keys = new MemoryKeys({ cap: CAP, windowMs: WINDOW_MS });
    keys.put('ada', 'k', { offset: 1, at: 0, digest: 'x' });
    expect(keys.get('bob', 'k', 0)).toBeUndefined();
  });

  it('[SND1] forgets old keys behind one of a time that has not come yet', () => {
    const keys = new MemoryKeys({ cap: CAP, windowMs: WINDOW_MS });
    const put = (key: string, at: number) => keys.put('ada', key, { offset: at, at, digest: key });
    put('ahead', 1_000_000);
    for (const key of ['a', 'b']) put(key, 1);
    put('young', 10);
    expect(keys.windowMs(11)).toBe(0);
    keys.trim(11);
    expect(keys.windowMs(11)).toBe(WINDOW_MS);
    expect(keys.get('ada', 'young', 11)).toBeDefined();
    // Of the last one nobody knows how old it is.
    put('ahead', 1_000_000);
    keys.trim(30);
    expect(keys.get('ada', 'ahead', 30)).toBeDefined();
  });

  it('[LOG5] forgets what an erased event said, and that its key was used not', () => {
    const keys = new MemoryKeys({ cap: CAP, windowMs: WINDOW_MS });
    keys.put('ada', 'k', { offset: 1, at: 0, digest: 'x' });
    keys.forget(1);
    expect(keys.get('ada', 'k', 0)).toEqual({ offset: 1, at: 0, digest: undefined });
  });

  it('trims what is older than the window', () => {
    const keys = new MemoryKeys({ cap: CAP, windowMs: WINDOW_MS });
    for (let at = 0; at < CAP; at += 1) keys.put('ada', `k${at}`, { offset: at, at, digest: 'x' });
    expect(keys.windowMs(5)).toBe(5);
    keys.trim(WINDOW_MS + 1);
    // Fewer than the cap are left: none of them had to make room.
    expect(keys.windowMs(5)).toBe(WINDOW_MS);
    expect(keys.get('ada', 'k2', WINDOW_MS + 1)).toMatchObject({ offset: 2 });
  });
});
