import fc from 'fast-check';
import { expect, it } from 'vitest';
import { TailList } from '../../../server/log/tail-list.ts';

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
