import { describe, expect, it } from 'vitest';
import { FewATurn } from '../../server/few-a-turn.ts';

const turn = () => new Promise((resolve) => setImmediate(resolve));

describe('few a turn', () => {
  it('[TRN6] are let through in their order, and others have their turns in between', async () => {
    const few = new FewATurn(3);
    const begun: number[] = [];
    const take = async (no: number) => {
      await few.take();
      begun.push(no);
    };
    const all = Promise.all([...Array(8).keys()].map(take));
    await Promise.resolve();
    const counts: number[] = [];
    for (let turns = 0; turns < 4; turns += 1) {
      counts.push(begun.length);
      await turn();
    }
    await all;
    expect(begun).toEqual([...Array(8).keys()]);
    expect(counts).toEqual([3, 6, 8, 8]);
  });

  it('wait for nobody when it was quiet', async () => {
    const few = new FewATurn(1);
    expect(few.take()).toBeUndefined();
    await turn();
    expect(few.take()).toBeUndefined();
    const second = few.take();
    expect(second).toBeInstanceOf(Promise);
    await second;
  });
});
