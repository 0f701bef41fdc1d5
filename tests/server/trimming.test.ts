import { describe, expect, it, onTestFinished } from 'vitest';
import { startTrimming } from '../../server/trimming.ts';
import { DAY, HOUR, MINUTE } from '../../shared/index.ts';
import { settableClock } from '../kit/settable-clock.ts';
import { settle } from '../kit/settle.ts';

/** Trimming every minute, by a clock that the test sets. */
function stage() {
  const clock = settableClock();
  const start = clock.now();
  const told: (number | undefined)[] = [];
  let trims: number[] = [];
  const end = startTrimming({
    log: { trim: async (now) => void trims.push(now - start) },
    clock,
    everyMs: MINUTE,
    onClockLeap: (ms) => told.push(ms),
    onError: (error) => expect.unreachable(String(error)),
  });
  onTestFinished(end);
  const pass = async (minutes: number) => {
    trims = [];
    for (let count = 0; count < minutes; count += 1) {
      clock.advance(MINUTE);
      await settle();
    }
    return trims;
  };
  return { clock, told, pass, end };
}

describe('[LOG4] trimming by age', () => {
  it('goes on every minute, and ends', async () => {
    const { pass, told, end } = stage();
    expect(await pass(3)).toEqual([MINUTE, 2 * MINUTE, 3 * MINUTE]);
    end();
    expect([await pass(3), told]).toEqual([[], []]);
  });

  it('drops nothing by a clock that leaps ahead for a while', async () => {
    const { clock, pass, told } = stage();
    await pass(1);
    clock.turn(40 * DAY);
    expect([await pass(30), told]).toEqual([[], [40 * DAY]]);
    clock.turn(-40 * DAY);
    expect([await pass(1), told]).toEqual([[32 * MINUTE], [40 * DAY, undefined]]);
  });

  it('believes a clock that has gone on for an hour where it was set to', async () => {
    const { clock, pass, told } = stage();
    clock.turn(DAY);
    await pass(30);
    clock.turn(DAY);
    expect(await pass(60)).toEqual([]);
    expect(await pass(2)).toEqual([2 * DAY + 91 * MINUTE, 2 * DAY + 92 * MINUTE]);
    expect(told).toEqual([DAY, undefined]);
    clock.turn(HOUR);
    expect([await pass(1), told]).toEqual([[], [DAY, undefined, HOUR]]);
  });

  it('follows a clock that is put right little by little, or set back', async () => {
    const { clock, pass, told } = stage();
    for (let count = 0; count < 5; count += 1) {
      clock.turn(9 * MINUTE);
      expect(await pass(1)).toHaveLength(1);
    }
    clock.turn(-40 * DAY);
    expect([await pass(2), told]).toEqual([[expect.any(Number), expect.any(Number)], []]);
  });
});
