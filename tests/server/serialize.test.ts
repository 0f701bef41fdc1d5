import fc from 'fast-check';
import superjson from 'superjson';
import { describe, expect, it } from 'vitest';
import { parse, serialize } from '../../server/serialize.ts';

const primitive = fc.oneof(
  fc.string(),
  fc.double(),
  fc.integer(),
  fc.boolean(),
  fc.constantFrom(null, undefined, -0, Number.NaN),
);
const leaf = fc.oneof(primitive, fc.date({ noInvalidDate: false }), fc.bigInt());
const key = fc.oneof(fc.string(), fc.constantFrom('a.b', 'a\\b', 'toString', '0'));
const value = fc.oneof(
  fc.dictionary(key, leaf),
  fc.dictionary(key, leaf, { noNullPrototype: false }),
  fc.dictionary(fc.string(), fc.oneof(leaf, fc.array(leaf), fc.dictionary(key, leaf))),
  leaf,
  tree(fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.date(), fc.constant(null))),
  tree(leaf),
);

/** Records and arrays in one another. */
function tree(leaves: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> {
  return fc.letrec((tie) => ({
    node: fc.oneof(
      { depthSize: 'small' },
      leaves,
      fc.array(tie('node')),
      fc.dictionary(key, tie('node')),
    ),
  })).node;
}

function textOf(form: () => unknown): string {
  try {
    return JSON.stringify(form());
  } catch (error) {
    return String(error);
  }
}

describe('serialize', () => {
  it('[TRN2] writes exactly what superjson writes', () => {
    fc.assert(
      fc.property(value, (data) => {
        expect(textOf(() => serialize(data))).toBe(textOf(() => superjson.serialize(data)));
      }),
      { numRuns: 2_000 },
    );
  });

  it('[TRN2] changes nothing of what it is given, and copies nothing that needs no change', () => {
    const at = new Date(0);
    const plain = { by: { id: 'ada' }, tags: ['a'] };
    const dated = { plain, list: [{ at }] };
    const { json } = serialize(dated);
    expect(json).toEqual({ plain, list: [{ at: at.toISOString() }] });
    expect(Object.values(json as object)[0]).toBe(plain);
    expect(dated).toEqual({ plain, list: [{ at }] });
  });

  it('[TRN2] parse reads what superjson reads', () => {
    fc.assert(
      fc.property(value, (data) => {
        const text = textOf(() => superjson.serialize(data));
        fc.pre(text.startsWith('{'));
        expect(parse(text)).toEqual(superjson.parse(text));
      }),
    );
  });

  it('keeps one date that stands in two places one', () => {
    const at = new Date(0);
    expect(serialize({ from: at, to: at })).toEqual(superjson.serialize({ from: at, to: at }));
  });

  it.each(['constructor', 'prototype', '__proto__'])(
    'refuses a key %s as superjson does',
    (name) => {
      const data: unknown = JSON.parse(`{"${name}":1}`);
      expect(() => serialize(data)).toThrow('pollution');
    },
  );
});
