import { describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { strict } from '../../shared/strict.ts';

const inner = z.object({ a: z.number() });
const good = { a: 1 };
const bad = { a: 1, b: 2 };

/** A schema, what it takes, and the same with one key too many somewhere in it. */
type Case = [what: string, schema: z.ZodType, taken: unknown, refused: unknown];

const Category = z.object({
  name: z.string(),
  get children() {
    return z.array(Category);
  },
});
interface Nested {
  value: number;
  next?: Nested | undefined;
}
const Nested: z.ZodType<Nested> = z.lazy(() =>
  z.object({ value: z.number(), next: Nested.optional() }),
);
const leaf = { name: 'leaf', children: [] };

describe('strict', () => {
  it.each<Case>([
    ['an object', inner, good, bad],
    ['a nested object', z.object({ o: inner }), { o: good }, { o: bad }],
    ['an array', z.array(inner), [good, good], [good, bad]],
    ['an optional', z.object({ o: inner.optional() }), {}, { o: bad }],
    ['a nullable', inner.nullable(), null, bad],
    ['a default', inner.default({ a: 0 }), undefined, bad],
    ['a prefault', inner.prefault({ a: 0 }), undefined, bad],
    ['a union', z.union([z.string(), inner]), good, bad],
    ['an exclusive union', z.xor([z.string(), inner]), good, bad],
    [
      'a discriminated union',
      z.discriminatedUnion('t', [
        z.object({ t: z.literal('x'), o: inner }),
        z.object({ t: z.literal('y') }),
      ]),
      { t: 'x', o: good },
      { t: 'x', o: bad },
    ],
    [
      'an intersection',
      inner.and(z.object({ c: z.number() })),
      { a: 1, c: 2 },
      { a: 1, c: 2, d: 3 },
    ],
    ['a record', z.record(z.string(), inner), { k: good }, { k: bad }],
    ['a partial record', z.partialRecord(z.enum(['k', 'l']), inner), { k: good }, { k: bad }],
    ['a tuple', z.tuple([z.string(), inner]), ['', good], ['', bad]],
    ["a tuple's rest", z.tuple([z.string()], inner), ['', good], ['', good, bad]],
    ['a map', z.map(z.string(), inner), new Map([['k', good]]), new Map([['k', bad]])],
    ['a set', z.set(inner), new Set([good]), new Set([bad])],
    ['a readonly', inner.readonly(), good, bad],
    ['a transform', inner.transform(({ a }) => a), good, bad],
    ['a pipe', z.preprocess((value) => value, inner), good, bad],
    ['a lazy', z.lazy(() => inner), good, bad],
    ['a catchall', z.object({}).catchall(inner), { k: good }, { k: bad }],
    [
      'an object that calls itself',
      Category,
      { name: 'root', children: [leaf] },
      { name: 'root', children: [{ ...leaf, b: 2 }] },
    ],
    [
      'a lazy that calls itself',
      Nested,
      { value: 1, next: { value: 2 } },
      { value: 1, next: { value: 2, next: { value: 3, b: 2 } } },
    ],
  ])('[CON3] refuses unknown keys at any depth: %s', (_, schema, taken, refused) => {
    // Without strictness the key is dropped: the second half could not fail otherwise.
    expect(schema.safeParse(refused).success).toBe(true);
    expect(strict(schema).safeParse(taken).success).toBe(true);
    expect(strict(schema).safeParse(refused).success).toBe(false);
  });

  it.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty'])(
    '[CON3] refuses the key %s and pollutes nothing',
    (key) => {
      const input: unknown = JSON.parse(`{ "a": 1, "${key}": { "polluted": true } }`);
      expect(strict(inner).safeParse(input).success).toBe(false);
      expect({}).not.toHaveProperty('polluted');
    },
  );

  it('lets looseObject and catchall keep their word', () => {
    expect(strict(z.looseObject({ a: z.number() })).parse(bad)).toEqual(bad);
    expect(strict(z.object({ a: z.number() }).catchall(z.number())).parse(bad)).toEqual(bad);
  });

  it('keeps refinements, transforms and defaults', () => {
    const range = z
      .object({ from: z.number(), to: z.number() })
      .refine((r) => r.from < r.to, 'order');
    expect(strict(range).safeParse({ from: 2, to: 1 }).error?.issues[0]?.message).toBe('order');
    expect(strict(z.object({ s: z.string().trim().min(1) })).safeParse({ s: '  ' }).success).toBe(
      false,
    );
    expect(strict(z.object({ n: z.coerce.number() })).parse({ n: '5' })).toEqual({ n: 5 });
  });

  it('makes a default anew for every value', () => {
    let count = 0;
    const next = () => (count += 1);
    const schema = strict(
      z.object({ made: z.number().default(next), fed: z.number().prefault(next) }),
    );
    const first = schema.parse({});
    const second = schema.parse({});
    expect(new Set([first.made, first.fed, second.made, second.fed]).size).toBe(4);
  });

  it('keeps metadata', () => {
    const schema = z.object({ a: z.number().describe('how many') }).meta({ title: 'Count' });
    expect(z.toJSONSchema(strict(schema))).toMatchObject({
      title: 'Count',
      properties: { a: { description: 'how many' } },
      additionalProperties: false,
    });
  });

  it('is written down as what it takes, where it is recursive too', () => {
    const closed = { additionalProperties: false };
    const written = z.toJSONSchema(strict(Category), { io: 'input' });
    expect(written).toMatchObject({
      ...closed,
      properties: { children: { items: { $ref: '#' } } },
    });
    expect(written).not.toHaveProperty('$defs');
    const named = z.object({ one: inner.meta({ id: 'Inner' }), other: inner.nullable() });
    expect(z.toJSONSchema(strict(named), { io: 'input' })).toMatchObject({
      ...closed,
      properties: { one: closed, other: { anyOf: [closed, { type: 'null' }] } },
    });
  });

  it("leaves the caller's own schema as it was", () => {
    const own = z.object({ o: inner, list: z.array(inner) });
    const input = { o: bad, list: [bad], more: true };
    strict(own).safeParse(input);
    expect(own.parse(input)).toEqual({ o: good, list: [good] });
    expect(own.shape.o).toBe(inner);
  });

  it('is the same when done twice', () => {
    const twice = strict(strict(Category));
    expect(twice.safeParse({ name: 'root', children: [leaf] }).success).toBe(true);
    expect(twice.safeParse({ name: 'root', children: [{ ...leaf, b: 2 }] }).success).toBe(false);
  });

  it.each<[what: string, schema: z.ZodType, taken: unknown[]]>([
    ['all of it', z.object({ o: inner, list: z.array(inner) }), [{ o: good, list: [good] }]],
    ['a part that comes late', z.object({ o: inner.optional() }), [{}, {}, { o: good }]],
    ['a refined one', z.object({ o: inner }).refine(() => true), [{ o: good }]],
  ])('lets zod see that there are no cycles, and remember nothing: %s', (_, schema, taken) => {
    const tight = strict(schema);
    // Zod looks when a schema is first used, and once more.
    for (const input of [taken[0], taken[0], ...taken]) tight.parse(input);
    const memory = vi.spyOn(globalThis, 'WeakMap');
    try {
      for (const input of taken) expect(tight.parse(input)).toEqual(input);
      expect(memory).not.toHaveBeenCalled();
    } finally {
      memory.mockRestore();
    }
  });

  it('reads the shape of a recursive schema once for each schema made of it', () => {
    const tight = strict(Category);
    const derived = tight.refine(() => true);
    for (const { _zod } of [tight, derived]) expect(_zod.def.shape).toBe(_zod.def.shape);
    expect(derived.safeParse({ name: 'root', children: [{ ...leaf, b: 2 }] }).success).toBe(false);
  });
});
