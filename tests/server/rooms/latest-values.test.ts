import { describe, expect, it } from 'vitest';
import { LatestValues } from '../../../server/rooms/latest-values.ts';
import type { RoomEvent } from '../../../shared/index.ts';

const by = { id: 'ada', name: 'Ada' };

function value(key: string, text: string) {
  const event: RoomEvent = {
    id: `e:0/${key}`,
    type: 'cursor',
    data: text,
    by,
    at: new Date(1),
    position: 'e:0',
  };
  const expiresAt = Number.POSITIVE_INFINITY;
  return { event, key, number: key, text, owner: undefined, expiresAt };
}

const keysOf = (gone: { key: string }[]) => gone.map(({ key }) => key);
const texts = (values: LatestValues) => values.events().map(({ data }) => data);

describe('latest values', () => {
  it('[CON1] let those go that were set longest ago when they are too many', () => {
    const values = new LatestValues({ maxValues: 2, maxLength: 100 });
    values.set(value('a', 'a1'));
    values.set(value('b', 'b1'));
    values.set(value('a', 'a2'));
    expect(keysOf(values.set(value('c', 'c1')))).toEqual(['b']);
    expect(texts(values)).toEqual(['a2', 'c1']);
  });

  it('[CON1] let as many go as it takes when they are too long', () => {
    const values = new LatestValues({ maxValues: 100, maxLength: 10 });
    for (const key of ['a', 'b', 'c']) values.set(value(key, 'xxx'));
    expect(keysOf(values.set(value('d', 'yyyyyy')))).toEqual(['a', 'b']);
    // One that is replaced counts no more, nor does one that has ended.
    expect(values.set(value('d', 'yyyyyyy'))).toEqual([]);
    values.end('cursor', 'd');
    expect(values.set(value('e', 'zzzzzzz'))).toEqual([]);
    // One that is too long by itself stands alone.
    expect(keysOf(values.set(value('f', 'f'.repeat(11))))).toEqual(['c', 'e']);
    expect(keysOf(values.set(value('g', 'g')))).toEqual(['f']);
    expect(texts(values)).toEqual(['g']);
  });

  it('[TYP1] expire one after the other', () => {
    const values = new LatestValues({ maxValues: 100, maxLength: 100 });
    values.set({ ...value('a', 'a'), expiresAt: 110 });
    values.set({ ...value('b', 'b'), expiresAt: 105 });
    values.set(value('c', 'c'));
    expect(values.nextExpiry()).toBe(105);
    expect(keysOf(values.expire(105))).toEqual(['b']);
    expect(values.nextExpiry()).toBe(110);
    expect(keysOf(values.expire(110))).toEqual(['a']);
    expect(values.nextExpiry()).toBeUndefined();
    expect(texts(values)).toEqual(['c']);
  });
});
