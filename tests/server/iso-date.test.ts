import { expect, it } from 'vitest';
import { isoOf } from '../../server/iso-date.ts';

const LAST = 8_640_000_000_000_000;

it('says what toISOString says, of any date after any other', () => {
  const edges = [
    0,
    -1,
    -999,
    -1_000,
    1,
    999,
    1_000,
    -62_167_219_200_001,
    253_402_300_800_000,
    LAST,
    -LAST,
  ];
  let seed = 1;
  const random = () => (seed = (seed * 48_271) % 2_147_483_647) / 2_147_483_647;
  const anywhere = Array.from({ length: 500 }, () => Math.round((2 * random() - 1) * LAST));
  // One after the other within a second, and across its end.
  const near = Array.from({ length: 3_000 }, (_, ms) => 1_764_350_000_000 + ms);
  for (const ms of [...edges, ...anywhere, ...near, ...edges]) {
    const date = new Date(ms);
    expect(isoOf(date)).toBe(date.toISOString());
  }
});

it('refuses an invalid date, and goes on', () => {
  expect(() => isoOf(new Date(Number.NaN))).toThrow(RangeError);
  expect(isoOf(new Date(5))).toBe('1970-01-01T00:00:00.005Z');
});
