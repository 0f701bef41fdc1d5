import { getHeapStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { TailList } from '../../../server/log/tail-list.ts';
import { waitFor } from '../../kit/wait-for.ts';

// A context made after the flag has it; this one was made before.
setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

function heapBytes(): number {
  collectGarbage();
  return getHeapStatistics().used_heap_size;
}

const steps = fc.array(
  fc.oneof(
    fc.record({ push: fc.integer() }),
    fc.record({ drop: fc.integer({ min: 0, max: 5 }) }),
    fc.record({ replace: fc.nat(9), by: fc.integer() }),
  ),
  { maxLength: 60 },
);

it('is an array that loses its beginning', () => {
  fc.assert(
    fc.property(steps, fc.nat(12), fc.nat(12), (all, start, end) => {
      const list = new TailList<number>();
      let expected: number[] = [];
      for (const step of all) {
        if ('push' in step) {
          list.push(step.push);
          expected.push(step.push);
        } else if ('drop' in step) {
          list.drop(step.drop);
          expected = expected.slice(step.drop);
        } else if (step.replace < expected.length) {
          list.replace(step.replace, step.by);
          expected[step.replace] = step.by;
        }
        expect(list.length).toBe(expected.length);
        expect(list.slice()).toEqual(expected);
      }
      expect(list.slice(start, end)).toEqual(expected.slice(start, end));
      expect(list.at(start)).toBe(expected[start]);
      expect(list.at(-1)).toBeUndefined();
      expect(() => list.replace(expected.length, 0)).toThrow(RangeError);
    }),
  );
});

it('holds nothing that it has lost', async () => {
  const list = new TailList<object>();
  const lost = Array.from({ length: 10 }, () => {
    const item = {};
    list.push(item);
    return new WeakRef(item);
  }).slice(0, 5);
  list.drop(5);
  await waitFor(() => {
    collectGarbage();
    expect(lost.some((item) => item.deref() !== undefined)).toBe(false);
  });
});

it('does not grow with what it has lost', () => {
  const list = new TailList<number>();
  const step = () => {
    for (let no = 0; no < 1_000; no += 1) {
      list.push(no);
      if (list.length > 100) list.drop(1);
    }
  };
  step();
  const before = heapBytes();
  for (let round = 0; round < 2_000; round += 1) step();
  // Two million places would be 16 MB.
  expect(heapBytes() - before).toBeLessThan(4_000_000);
  expect(list.length).toBe(100);
});
