import { describe, expect, it } from 'vitest';
import { SeenObjects } from '../../server/seen-objects.ts';

describe('SeenObjects', () => {
  it.each([1, 8, 9, 100])('knows every one of %i again, and no other', (count) => {
    const seen = new SeenObjects();
    const objects = Array.from({ length: count }, () => ({}));
    for (const object of objects) expect(seen.add(object)).toBe(true);
    for (const object of objects) expect(seen.add(object)).toBe(false);
    expect(seen.add({})).toBe(true);
  });
});
