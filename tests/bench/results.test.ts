import { describe, expect, it } from 'vitest';
import { mediansOf, subjectResult } from '../../bench/results.ts';

describe('mediansOf', () => {
  it('takes the middle of each figure by itself, whatever run it is of', () => {
    const runs = [
      { a: 1, b: 30 },
      { a: 100, b: 10 },
      { a: 3, b: 20 },
    ];
    expect(mediansOf(runs)).toEqual({ a: 3, b: 20 });
  });

  it('takes the mean of the two in the middle where there are as many on either side', () => {
    expect(mediansOf([{ a: 10 }, { a: 1 }, { a: 4 }, { a: 2 }])).toEqual({ a: 3 });
  });

  it('has nothing of no run', () => {
    expect(mediansOf([])).toEqual({});
  });
});

describe('subjectResult', () => {
  it('keeps all runs, to three decimals', () => {
    expect(subjectResult([{ a: 1.00049 }, { a: 2.0005 }])).toEqual({
      runs: [{ a: 1 }, { a: 2.001 }],
      median: { a: 1.5 },
    });
  });
});
