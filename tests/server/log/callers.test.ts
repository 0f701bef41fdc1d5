import { describe, expect, it } from 'vitest';
import { Callers } from '../../../server/log/sqlite/callers.ts';

const ROOM = 1_000;

/** Answers batches of 20 of which half are back in time. Gives the batches that were made to wait. */
function waitsInVain(callers: Callers, batches: number): number[] {
  const waited: number[] = [];
  for (let no = 0; no < batches; no += 1) {
    callers.answered(20, 0);
    if (!callers.areAwaited(1, ROOM)) continue;
    waited.push(no);
    callers.waited(10);
  }
  return waited;
}

describe('Callers', () => {
  it('[LOG2] are awaited until all of them are back', () => {
    const callers = new Callers();
    callers.answered(8, 4);
    expect([1, 11, 12].map((waiting) => callers.areAwaited(waiting, ROOM))).toEqual([
      true,
      true,
      false,
    ]);
  });

  it('are awaited again and again while nearly all come back', () => {
    const callers = new Callers();
    for (let round = 0; round < 100; round += 1) {
      callers.answered(16, 0);
      expect(callers.areAwaited(1, ROOM)).toBe(true);
      callers.waited(14);
    }
  });

  it('[LOG2] are awaited ever more seldom while they do not come back', () => {
    // After 1, 2, 4 … 64 batches in between, and then every 64.
    expect(waitsInVain(new Callers(), 300)).toEqual([0, 1, 3, 7, 15, 31, 63, 127, 191, 255]);
  });

  it('are awaited as before once they have come back', () => {
    const callers = new Callers();
    waitsInVain(callers, 10);
    const { length } = waitsInVain(callers, 6);
    expect(length).toBe(1);
    for (let no = 0; no < 64; no += 1) callers.answered(20, 0);
    callers.waited(20);
    expect(waitsInVain(callers, 4)).toEqual([0, 1, 3]);
  });

  it('are not awaited twice, nor where they are forgotten or few', () => {
    const callers = new Callers();
    callers.answered(8, 0);
    callers.waited(8);
    expect(callers.areAwaited(1, ROOM)).toBe(false);
    callers.answered(8, 0);
    callers.forget();
    expect(callers.areAwaited(1, ROOM)).toBe(false);
    callers.answered(7, 0);
    expect(callers.areAwaited(1, ROOM)).toBe(false);
  });
});
