import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { fromJson } from '../../../server/rest/json-values.ts';
import { toJson } from '../../../server/rest/to-json.ts';
import { bytes } from '../../../shared/index.ts';
import { strict } from '../../../shared/strict.ts';

const at = new Date(86_400_000);
const span = z.object({ from: z.date() }).and(z.object({ to: z.date(), steps: z.bigint() }));

describe('plain JSON', () => {
  it.each([
    ['an intersection', span, { from: at, to: at, steps: 5n }],
    [
      'an intersection of many',
      span.and(z.object({ seen: z.set(z.date()) })),
      { from: at, to: at, steps: 5n, seen: new Set([at]) },
    ],
    [
      'a union of intersections',
      z.union([z.object({ on: z.boolean() }), span]),
      { from: at, to: at, steps: 5n },
    ],
  ] as const)('carries what has no form there, in %s', (_, schema, value) => {
    const json: unknown = JSON.parse(toJson(value));
    for (const one of [schema, strict(schema)]) {
      expect(one.parse(fromJson(one, json))).toEqual(value);
    }
  });

  it('is read as the option that it names, also where it does not fit', () => {
    const shape = z.discriminatedUnion('type', [
      z.object({ type: z.literal('note'), at: z.string() }),
      z.object({ type: z.literal('move'), to: z.string().max(2), at: z.date() }),
    ]);
    for (const one of [shape, strict(shape)]) {
      const read = fromJson(one, { type: 'move', to: 'a100', at: '1970-01-02T00:00:00Z' });
      expect(one.safeParse(read).error?.issues).toMatchObject([{ path: ['to'] }]);
      const nope = fromJson(one, { type: 'nope', at: '1970-01-02T00:00:00Z' });
      expect(one.safeParse(nope).error?.issues).toMatchObject([{ path: ['type'] }]);
    }
  });
});

describe('bytes as plain JSON', () => {
  const some = new Uint8Array([0, 1, 254, 255]);
  const inside = new Uint8Array([9, 0, 1, 254, 255, 9]).subarray(1, 5);
  const four = z.custom<Uint8Array>((value) => value instanceof Uint8Array && value.length === 4);

  it('are base64 text, whatever buffer they lie in', () => {
    expect(JSON.parse(toJson({ some, inside, in: [new Set([some])] }))).toEqual({
      some: 'AAH+/w==',
      inside: 'AAH+/w==',
      in: [['AAH+/w==']],
    });
  });

  it.each([
    ['bytes()', bytes()],
    ['an instance of Uint8Array', z.instanceof(Uint8Array)],
    ['one that is asked more', z.instanceof(Uint8Array).refine(({ length }) => length > 0)],
    ["a test of the contract's own", four],
    ['one that may be missing', bytes().optional()],
  ])('are read where they are expected: %s', (_, schema) => {
    const whole = z.object({ some: schema, all: z.array(schema) });
    for (const one of [whole, strict(whole)]) {
      const json: unknown = JSON.parse(toJson({ some, all: [some] }));
      expect(one.parse(fromJson(one, json))).toEqual({ some, all: [some] });
      expect(one.parse(fromJson(one, { some: 'AAH+/w', all: [] }))).toEqual({ some, all: [] });
    }
  });

  it('are no text that is none, and no text is taken for them', () => {
    for (const text of ['AAH-_w==', 'AAH', 'AA=H', 'AAH+/w===', '(text)', ' AAH+/w==']) {
      expect(fromJson(bytes(), text), text).toBe(text);
    }
    const texts = [z.string(), z.custom<string>(), z.custom<string>((text) => text !== '')];
    const picky = z.custom<string>((text) => (text as string).startsWith('A'));
    for (const schema of [...texts, picky]) expect(fromJson(schema, 'AAH+')).toBe('AAH+');
    expect(bytes().safeParse(fromJson(bytes(), 'no!')).error?.issues).toMatchObject([
      { message: 'must be bytes: a Uint8Array, over REST base64 text' },
    ]);
    expect(
      bytes({ max: 3 }).safeParse(fromJson(bytes({ max: 3 }), 'AAH+/w==')).error?.issues,
    ).toMatchObject([{ message: 'must be at most 3 bytes' }]);
  });

  it('[TRN6] are at most 16 KiB in one message, as over tRPC', () => {
    const two = z.union([
      z.object({ type: z.literal('a'), data: bytes({ max: 20_000 }) }),
      z.object({ type: z.literal('b'), data: bytes({ max: 20_000 }) }),
    ]);
    const of = (length: number) => {
      const json: unknown = JSON.parse(toJson({ type: 'b', data: new Uint8Array(length) }));
      return fromJson(two, json);
    };
    expect(of(16_384)).toEqual({ type: 'b', data: new Uint8Array(16_384) });
    expect(() => of(16_385)).toThrow(/16384 bytes of typed arrays/);
  });
});
