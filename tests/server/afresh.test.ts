import { describe, expect, it } from 'vitest';
import { afresh } from '../../server/afresh.ts';
import { settle } from '../kit/settle.ts';

function stage() {
  const runs: { resolve: (value: number) => void; reject: (error: Error) => void }[] = [];
  let begun = 0;
  const ask = afresh(() => {
    begun += 1;
    return new Promise<number>((resolve, reject) => void runs.push({ resolve, reject }));
  });
  const answer = async (value: number) => {
    runs.shift()?.resolve(value);
    await settle();
  };
  return { ask, answer, runs, begun: () => begun };
}

describe('what is done afresh', () => {
  it('is done once for all who ask while it is done, and after they have asked', async () => {
    const { ask, answer, begun } = stage();
    const first = ask();
    const others = [ask(), ask(), ask()];
    expect(begun()).toBe(1);
    await answer(1);
    expect(begun()).toBe(2);
    await answer(2);
    expect([await first, ...(await Promise.all(others))]).toEqual([1, 2, 2, 2]);
    void ask();
    expect(begun()).toBe(3);
  });

  it('is done for the others where it has failed for the first', async () => {
    const { ask, answer, runs } = stage();
    const first = ask();
    const second = ask();
    runs.shift()?.reject(new Error('no disk'));
    await expect(first).rejects.toThrow('no disk');
    await settle();
    await answer(3);
    expect(await second).toBe(3);
  });

  it('is never done twice at a time, whoever asks when it has just been done', async () => {
    const { ask, answer, runs, begun } = stage();
    const again = ask().then(() => ask());
    const second = ask();
    await answer(1);
    expect([begun(), runs]).toMatchObject([2, [{}]]);
    await answer(2);
    expect(await Promise.all([again, second])).toEqual([2, 2]);
  });
});
