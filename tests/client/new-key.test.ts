import { describe, expect, it } from 'vitest';
import { newKey } from '../../client/new-key.ts';

describe('newKey', () => {
  it('makes a UUID of version 7 of the time and the randomness given', () => {
    const random = (bytes: Uint8Array) => bytes.fill(0xff);
    expect(newKey(0x0198_0a0b_0c0d, random)).toBe('01980a0b-0c0d-7fff-bfff-ffffffffffff');
    expect(newKey(0, (bytes) => bytes.fill(0))).toBe('00000000-0000-7000-8000-000000000000');
  });

  it('makes keys that sort by their time and never repeat', () => {
    const keys = Array.from({ length: 1_000 }, (_, no) => newKey(1_700_000_000_000 + no));
    expect(keys.toSorted()).toEqual(keys);
    expect(new Set(Array.from({ length: 1_000 }, () => newKey(1))).size).toBe(1_000);
    for (const key of keys) {
      expect(key).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    }
  });
});
