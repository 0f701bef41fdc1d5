import { describe, expect, it } from 'vitest';
import { defaultWireLimits } from '../../../server/transport/ws/wire-guard.ts';
import { annotated, judge } from './wire-messages.ts';

const MISFIT = 'superjson meta does not fit its JSON';

describe('types', () => {
  it.each(['regexp', 'Error', 'URL', 'symbol', 'class', 'custom', 'toString', 'set2', 'date'])(
    '[TRN6] refuses %s by name',
    (type) => {
      expect(judge(annotated('', [type]))).toBe(`superjson type ${type} is not taken`);
      expect(judge(annotated('', [[type, 'x']]))).toBe(`superjson type ${type} is not taken`);
    },
  );

  it.each([null, 7, true, {}, [], [[]], '', 'a\nb', '__proto__ x', 'x'.repeat(33)])(
    '[TRN6] refuses %j and does not repeat it',
    (type) => {
      expect(judge(annotated('', [type]))).toBe('superjson type of that name is not taken');
    },
  );

  it.each(['toString', 'BigInt64Array', 'DataView', 'ArrayBuffer', '', null, ['Uint8Array']])(
    '[TRN6] refuses a typed array of %j',
    (name) => expect(judge(annotated([1], [['typed-array', name]]))).toMatch(/is not taken$/),
  );

  it.each<[string, unknown, unknown]>([
    ['undefined', 'undefined', null],
    ['a date', 'Date', '2026-01-01T00:00:00.000Z'],
    ['a date of another form', 'Date', '2026-01-01'],
    ['a far date', 'Date', '+275760-09-13T00:00:00.000Z'],
    ['a bigint', 'bigint', '12345678901234567890'],
    ['a negative bigint', 'bigint', '-5'],
    ['NaN', 'number', 'NaN'],
    ['Infinity', 'number', 'Infinity'],
    ['-Infinity', 'number', '-Infinity'],
    ['-0', 'number', '-0'],
    ['a set', 'set', [1, 'a', null]],
    ['a map', 'map', [['a', 1]]],
    ['an empty map', 'map', []],
    ['bytes', ['typed-array', 'Uint8Array'], [1, 2, 255]],
    ['floats', ['typed-array', 'Float64Array'], [1.5, -2]],
  ])('[TRN6] takes %s', (_, type, json) => {
    expect(judge(annotated(json, [type]))).toBeUndefined();
    expect(judge(annotated({ a: [json] }, { 'a.0': [type] }))).toBeUndefined();
  });

  it.each<[string, unknown, unknown]>([
    ['undefined from a value', 'undefined', { length: 1 }],
    ['a date from a number', 'Date', 8.64e15],
    ['a date from an object', 'Date', { valueOf: 1 }],
    ['a date from an array', 'Date', ['2026']],
    ['a date from a long text', 'Date', '2'.repeat(65)],
    ['a bigint from a number', 'bigint', 5],
    ['a bigint from hex digits', 'bigint', '0xff'],
    ['a bigint from nothing', 'bigint', ''],
    ['a bigint from a sign', 'bigint', '-'],
    ['a bigint from spaces', 'bigint', ' 1'],
    ['a bigint from a line', 'bigint', '1\n'],
    ['a bigint from other digits', 'bigint', '٣'],
    ['a bigint from an array', 'bigint', ['1']],
    ['a number from digits', 'number', '1'],
    ['a number from an array', 'number', ['NaN']],
    ['a number from nothing', 'number', null],
    ['a set from an object', 'set', { length: 3 }],
    ['a set from a text', 'set', 'abc'],
    ['a set from nothing', 'set', null],
    ['a map from an object', 'map', {}],
    ['bytes with more to say', ['typed-array', 'Uint8Array', 'x'], [1]],
    ['a map from texts', 'map', ['ab']],
    ['a map from single entries', 'map', [['a']]],
    ['a map from triple entries', 'map', [['a', 1, 2]]],
    ['a map from objects', 'map', [{ 0: 'a', 1: 1 }]],
  ])('[TRN6] refuses %s', (_, type, json) => {
    expect(judge(annotated(json, [type]))).toBe(MISFIT);
  });
});

describe('budgets', () => {
  it('[TRN6] takes a bigint of 40 digits and no more, a sign aside', () => {
    expect(judge(annotated('9'.repeat(40), ['bigint']))).toBeUndefined();
    expect(judge(annotated(`-${'9'.repeat(40)}`, ['bigint']))).toBeUndefined();
    expect(judge(annotated('9'.repeat(41), ['bigint']))).toBe(MISFIT);
    expect(judge(annotated(`-${'9'.repeat(41)}`, ['bigint']))).toBe(MISFIT);
  });

  it.each([
    ['Uint8Array', 16_384],
    ['Uint8ClampedArray', 16_384],
    ['Int8Array', 16_384],
    ['Int16Array', 8_192],
    ['Uint16Array', 8_192],
    ['Int32Array', 4_096],
    ['Uint32Array', 4_096],
    ['Float32Array', 4_096],
    ['Float64Array', 2_048],
  ])('[TRN6] takes 16 KiB of %s and no more', (name, count) => {
    const array = (length: number) =>
      judge(annotated(Array(length).fill(0), [['typed-array', name]]));
    expect(array(count)).toBeUndefined();
    expect(array(count + 1)).toBe('more than 16384 bytes of typed arrays in one message');
  });

  it('[TRN6] counts the bytes of all typed arrays together', () => {
    const two = (length: number) =>
      judge(
        annotated([Array(8_192).fill(0), Array(length).fill(0)], {
          0: [['typed-array', 'Uint8Array']],
          1: [['typed-array', 'Uint16Array']],
        }),
      );
    expect(two(4_096)).toBeUndefined();
    expect(two(4_097)).toMatch(/^more than 16384 bytes/);
  });

  it('[TRN6] counts the entries of all sets and maps together', () => {
    const { collectionEntries } = defaultWireLimits;
    const both = (count: number) =>
      judge(
        annotated([Array(count).fill(1), [['a', 1]]], {
          0: ['set'],
          1: ['map'],
        }),
      );
    expect(both(collectionEntries - 1)).toBeUndefined();
    expect(both(collectionEntries)).toBe('more than 1024 entries of sets and maps in one message');
  });
});
