import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatPosition, parsePosition } from '../../shared/index.ts';

const epoch = fc.stringMatching(/^[A-Za-z0-9_-]{1,32}$/);
const offset = fc.maxSafeNat();
const suffix = fc.stringMatching(/^[A-Za-z0-9.-]{1,64}$/);

describe('parsePosition', () => {
  it('reads back whatever formatPosition writes', () => {
    fc.assert(
      fc.property(epoch, offset, (name, count) => {
        const position = { epoch: name, offset: count };
        expect(parsePosition(formatPosition(position))).toEqual(position);
      }),
    );
  });

  it('[RES1] ignores the /n of a frame that is no durable event', () => {
    fc.assert(
      fc.property(epoch, offset, suffix, (name, count, n) => {
        const text = formatPosition({ epoch: name, offset: count });
        expect(parsePosition(`${text}/${n}`)).toEqual({ epoch: name, offset: count });
      }),
    );
  });

  it('reads nothing else: what it reads of any text, it writes the same again', () => {
    const near = fc.string({ unit: fc.constantFrom(...'ab09:/-. _\n'.split('')), maxLength: 12 });
    fc.assert(
      fc.property(fc.oneof(fc.string(), near), (text) => {
        const position = parsePosition(text);
        if (position) expect(text.split('/')[0]).toBe(formatPosition(position));
      }),
      { numRuns: 2_000 },
    );
  });

  it('reads the first offset and the last that a number holds', () => {
    expect(parsePosition('E:0')).toEqual({ epoch: 'E', offset: 0 });
    expect(parsePosition('E:9007199254740991')?.offset).toBe(Number.MAX_SAFE_INTEGER);
  });

  it.each([
    ['nothing', ''],
    ['no epoch', ':1'],
    ['no offset', 'E:'],
    ['no colon', 'E1'],
    ['two colons', 'E:1:2'],
    ['a negative offset', 'E:-1'],
    ['a signed offset', 'E:+1'],
    ['a leading zero', 'E:01'],
    ['two zeros', 'E:00'],
    ['a fraction', 'E:1.5'],
    ['an exponent', 'E:1e3'],
    ['a hexadecimal offset', 'E:0x10'],
    ['one beyond what a number holds', 'E:9007199254740992'],
    ['a seventeen-digit offset', 'E:10000000000000000'],
    ['Arabic digits', 'E:١٢'],
    ['full-width digits', 'E:１２'],
    ['a foreign letter in the epoch', 'É:1'],
    ['a space in front', ' E:1'],
    ['a space behind', 'E:1 '],
    ['a newline behind', 'E:1\n'],
    ['a null character', 'E\0:1'],
    ['an epoch of 33 characters', `${'e'.repeat(33)}:1`],
    ['an empty n', 'E:1/'],
    ['two slashes', 'E:1/a/b'],
    ['an n of 65 characters', `E:1/${'n'.repeat(65)}`],
    ['an n with a newline', 'E:1/a\n'],
  ])('refuses %s', (_, text) => {
    expect(parsePosition(text)).toBeUndefined();
  });

  it('refuses a megabyte', () => {
    expect(parsePosition(`${'e'.repeat(1_000_000)}:1`)).toBeUndefined();
    expect(parsePosition(`E:${'1'.repeat(1_000_000)}`)).toBeUndefined();
    expect(parsePosition(`E:1/${'n'.repeat(1_000_000)}`)).toBeUndefined();
  });
});
