import superjson from 'superjson';
import { describe, expect, it, vi } from 'vitest';
import { annotated, judge, message, receive } from './wire-messages.ts';

const MISFIT = 'superjson meta does not fit its JSON';

/** What a client's superjson makes of an input, sent and judged. */
const judgeInput = (input: unknown) => judge(message(superjson.serialize(input)));

/** Keys 0 to count - 1, each with the same annotation. */
const each = (count: number, annotation: unknown, prefix = '') =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [prefix + index, annotation]));

describe('bombs', () => {
  const bytes = (json: unknown, name = 'Uint8Array') => annotated(json, [['typed-array', name]]);
  const aToB = { referentialEqualities: { a: ['b'] } };

  it.each<[string, unknown]>([
    ['a typed array from a length', bytes({ length: 3e7 })],
    ['a typed array from a huge length', bytes({ length: 1e9 })],
    ['a typed array from a number', bytes(2e8, 'Float64Array')],
    ['a typed array from a text', bytes('200000000', 'Float64Array')],
    ['a typed array from nothing', bytes(null)],
    ['a typed array from texts', bytes(['1', '2'])],
    ['a typed array from nulls', bytes([null])],
    ['a typed array from arrays', bytes([[1], [2]])],
    ['a typed array beyond the budget', bytes(Array(16_385).fill(0))],
    ['wide elements beyond the budget', bytes(Array(2_049).fill(0), 'Float64Array')],
    [
      'many typed arrays from lengths',
      annotated(each(100, { length: 1e8 }), each(100, [['typed-array', 'Float64Array']])),
    ],
    ['a typed array from a set', annotated([1], [['typed-array', 'Uint8Array'], { 0: ['set'] }])],
    ['a regexp', annotated('/^(a+)+$/', ['regexp'])],
    ['a regexp deep inside', annotated({ a: [{ b: '/x/' }] }, { 'a.0.b': ['regexp'] })],
    ['an Error', annotated({ message: 'm', name: 'n', stack: 's' }, ['Error'])],
    ['a URL', annotated('http://localhost', ['URL'])],
    ['a class', annotated({}, [['class', 'Room']])],
    ['a custom type', annotated('1', [['custom', 'decimal']])],
    ['a symbol', annotated('x', [['symbol', 'x']])],
    ['referential equalities', annotated({ a: {}, b: null }, undefined, aToB)],
    ['root equalities', annotated({ a: null }, undefined, { referentialEqualities: [['a']] })],
    ['empty equalities', annotated({}, undefined, { referentialEqualities: {} })],
    [
      'a billion laughs',
      annotated({ a: [[], []], b: [null, null], c: [null, null] }, undefined, {
        referentialEqualities: { a: ['b.0', 'b.1'], b: ['c.0', 'c.1'] },
      }),
    ],
    ['a bigint of a million digits', annotated('9'.repeat(1e6), ['bigint'])],
    ['paths of 20,000 keys', annotated({}, { ['.'.repeat(20_000)]: each(2_500, ['undefined']) })],
    [
      'paths through a set that is revived already',
      annotated(
        { s: Array.from({ length: 2_500 }, () => []) },
        { s: ['set'], ...each(2_500, ['undefined'], 's.2499.') },
      ),
    ],
    ['10,000 entries of equal hashes', annotated(Array(10_000).fill(8_192), ['set'])],
  ])('[TRN6] refuses %s before superjson sees it', (_, bomb) => {
    const deserialize = vi.fn<(payload: never) => unknown>();
    expect(receive(JSON.stringify(bomb), deserialize)).toEqual({
      refused: expect.stringMatching(/./) as string,
    });
    expect(deserialize).not.toHaveBeenCalled();
  });
});

describe('paths', () => {
  it.each<[string, unknown, unknown]>([
    ['nowhere', {}, { a: ['undefined'] }],
    ['beyond an array', [null], { 1: ['undefined'] }],
    ['far beyond an array', [], { 4294967294: ['undefined'] }],
    ['a length', [null], { length: ['undefined'] }],
    ['an index written otherwise', [null], { '00': ['undefined'] }],
    ['a negative index', [null], { '-0': ['undefined'] }],
    ['into a text', 'abc', { 0: ['undefined'] }],
    ['into nothing', null, { a: ['undefined'] }],
    ['an inherited name', {}, { toString: ['undefined'] }],
    ['an unfinished escape', { 'a\\': null }, { 'a\\': ['undefined'] }],
    ['a needless escape', { ab: null }, { 'a\\b': ['undefined'] }],
    ['into a set of another path', { s: [[null]] }, { s: ['set'], 's.0.0': ['undefined'] }],
    ['into a set of a later path', { s: [[null]] }, { 's.0.0': ['undefined'], s: ['set'] }],
    ['into a set of an inner path', [[[null]]], ['set', { 0: ['set'], '0.0.0': ['undefined'] }]],
    ['to an entry of a map', [['a', 1]], ['map', { 0: ['set'] }]],
    ['into bytes', { b: [1] }, { b: [['typed-array', 'Uint8Array'], { 0: ['undefined'] }] }],
    ['below a leaf', { b: '1' }, { b: ['bigint', {}] }],
  ])('[TRN6] refuses one that leads %s', (_, json, values) => {
    expect(judge(annotated(json, values))).toBe(MISFIT);
  });

  it.each<[string, unknown]>([
    ['a text', 'Date'],
    ['a number', 7],
    ['false', false],
    ['null', null],
    ['an empty list', []],
    ['a list of three', ['set', {}, {}]],
    ['a tree in a tree', { a: { b: ['undefined'] } }],
    ['a tree without a type', [null, { a: ['undefined'] }]],
    ['inner annotations in a list', ['set', [['undefined']]]],
    ['no inner annotations', ['set', null]],
  ])('[TRN6] refuses annotations that are %s', (_, values) => {
    expect(judge(annotated({ a: { b: null } }, values))).toMatch(/fit its JSON$|not taken$/);
    expect(judge(annotated([[null]], values))).toMatch(/fit its JSON$|not taken$/);
  });

  it('takes the escapes of the version that the meta names', () => {
    const json = { 'a.b': '1', 'c\\': '1' };
    const paths = { 'a\\.b': ['bigint'], 'c\\\\': ['bigint'] };
    const legacy = { 'a\\.b': ['bigint'], 'c\\': ['bigint'] };
    expect(judge(annotated(json, paths))).toBeUndefined();
    expect(judge(annotated(json, legacy))).toBe(MISFIT);
    expect(judge(annotated(json, legacy, { v: 0 }))).toBeUndefined();
    expect(judge(message({ json, meta: { values: legacy } }))).toBeUndefined();
    expect(judge(annotated(json, paths, { v: 0 }))).toBe(MISFIT);
  });
});

describe('the meta', () => {
  it.each([2, -1, 0.5, '1', null, [], {}, true])('[TRN6] has no version %j', (v) => {
    expect(judge(annotated({}, {}, { v }))).toBe('superjson meta has an unknown version');
  });

  it('[TRN6] has no parts that superjson does not write', () => {
    expect(judge(annotated({}, {}, { more: 1 }))).toBe('superjson meta has an unknown part');
  });

  it.each([1, 'x', true, [], ['set']])('[TRN6] is an object, not %j', (meta) => {
    expect(judge(message({ json: {}, meta }))).toBe(MISFIT);
  });

  it('may be absent, null or empty', () => {
    expect(judge(message({ json: 1 }))).toBeUndefined();
    expect(judge(message({ json: 1, meta: null }))).toBeUndefined();
    expect(judge(message({ json: 1, meta: {} }))).toBeUndefined();
    expect(judge(message({ json: 1, meta: { v: 1 } }))).toBeUndefined();
  });

  it('is not looked for in what is no object', () => {
    for (const input of [undefined, null, 1, 'x', [], [{ meta: 1 }]]) {
      expect(judge(message(input))).toBeUndefined();
    }
  });

  it('is as superjson writes it for nested sets, 32 deep', () => {
    let value: unknown = undefined;
    for (let depth = 0; depth < 32; depth += 1) value = new Set([value]);
    expect(judgeInput(value)).toBeUndefined();
    expect(judgeInput(new Set([value]))).toMatch(/^nested deeper/);
  });
});

describe('pollution', () => {
  const polluted = () => ({ ...Object.getOwnPropertyDescriptors(Object.prototype) });
  const reached = 'superjson meta names a key that reaches a prototype';

  it.each<[string, string]>([
    ['a value', annotatedText('{"a":1}', '{"__proto__.polluted":["undefined"]}')],
    ['an own key', annotatedText('{"__proto__":{"polluted":null}}', '{"a":["undefined"]}')],
    ['a constructor', annotatedText('{}', '{"constructor.prototype.polluted":["undefined"]}')],
    ['an own constructor', annotatedText('{"constructor":null}', '{"constructor":["undefined"]}')],
    ['an own prototype', annotatedText('{"prototype":null}', '{"prototype":["undefined"]}')],
    ['an inner path', annotatedText('[{}]', '["set",{"0.__proto__.polluted":["undefined"]}]')],
    ['an escaped path', annotatedText('{"a":1}', '{"a\\\\.b.__proto__.polluted":["undefined"]}')],
    ['a path in other letters', annotatedText('{"a":1}', '{"\\u005f_proto__.x":["undefined"]}')],
    ['a key of the annotations', annotatedText('{"a":1}', '{"__proto__":{"polluted":["set"]}}')],
    ['a key of the meta', '{"id":1,"params":{"input":{"json":1,"meta":{"__proto__":{"v":1}}}}}'],
    [
      'an equality',
      '{"id":1,"params":{"input":{"json":{"a":{"x":1}},"meta":{"v":1,' +
        '"referentialEqualities":{"a":["__proto__.polluted","constructor.prototype.polluted"]}}}}}',
    ],
  ])('[TRN6] is refused by way of %s, and Object.prototype stays', (_, text) => {
    const before = polluted();
    expect(receive(text)).toHaveProperty('refused');
    expect(polluted()).toEqual(before);
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });

  it.each([
    '__proto__',
    'constructor',
    'prototype',
    'a.__proto__',
    'a.constructor.b',
    'a\\.b.prototype',
  ])('[TRN6] is named by the path %s', (path) => {
    const json = JSON.parse('{"a":{"b":1},"a.b":{}}') as unknown;
    expect(judge(annotatedText(JSON.stringify(json), `{${JSON.stringify(path)}:["set"]}`))).toBe(
      reached,
    );
  });
});

function annotatedText(json: string, values: string): string {
  return `{"id":1,"params":{"path":"a","input":{"json":${json},"meta":{"v":1,"values":${values}}}}}`;
}
