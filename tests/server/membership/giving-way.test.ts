import { describe, expect, it } from 'vitest';
import { givesWay } from '../../../server/membership/giving-way.ts';

/** Entries as `inviter at`. */
function waiting(...entries: readonly string[]) {
  return entries.map((entry, index) => {
    const [by, at] = entry.split(' ');
    return { key: entry, value: JSON.stringify({ by, at: Number(at) }), version: index };
  });
}

describe('an invitation gives way to one more', () => {
  it.each([
    ['of somebody new: the oldest of whoever has most', ['a 3', 'a 2', 'b 1'], 'new', 'a 2'],
    ['of somebody with fewer', ['a 1', 'a 2', 'a 3', 'b 0'], 'b', 'a 1'],
    ['of two who have as many, the oldest', ['a 5', 'a 6', 'b 1', 'b 9'], 'new', 'b 1'],
  ])('%s', (_, entries, by, expected) => {
    expect(givesWay(waiting(...entries), by)?.key).toBe(expected);
  });

  it.each([
    ['nobody has more than he would have', ['a 1', 'b 2', 'c 3'], 'new'],
    ['he would have as many as those who have most', ['a 1', 'a 2', 'b 3'], 'b'],
    ['he has most himself', ['a 1', 'a 2', 'b 3'], 'a'],
    ['there are none', [], 'new'],
  ])('never where %s', (_, entries, by) => {
    expect(givesWay(waiting(...entries), by)).toBeUndefined();
  });
});
