import fc from 'fast-check';
import { expect, it } from 'vitest';
import { isoOf } from '../../server/iso-date.ts';

const LAST = 8_640_000_000_000_000;
const EDGES = [0, -1, -999, -1_000, 1, 999, 1_000, -62_167_219_200_001, 253_402_300_800_000];

function expectIso(ms: number): void {
  const date = new Date(ms);
  expect(isoOf(date)).toBe(date.toISOString());
}

it('says what toISOString says, of any date after any other', () => {
  fc.assert(fc.property(fc.integer({ min: -LAST, max: LAST }), expectIso), { numRuns: 500 });
  for (const ms of [...EDGES, LAST, -LAST, ...EDGES]) expectIso(ms);
});

it('says what toISOString says, of dates within a second and across its end', () => {
  for (let ms = 0; ms < 3_000; ms += 1) expectIso(1_764_350_000_000 + ms);
});

it('refuses an invalid date, and goes on', () => {
  expect(() => isoOf(new Date(Number.NaN))).toThrow(RangeError);
  expect(isoOf(new Date(5))).toBe('1970-01-01T00:00:00.005Z');
});
