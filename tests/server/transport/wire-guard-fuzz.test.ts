import fc from 'fast-check';
import superjson from 'superjson';
import { describe, expect, it, vi } from 'vitest';
import { checkInput, defaultWireLimits } from '../../../server/transport/ws/wire-guard.ts';
import { annotated, judge, message, receive } from './wire-messages.ts';

// FUZZ_INPUTS=100000 for the long form; FUZZ_SEED to look elsewhere.
const runs = {
  seed: Number(process.env['FUZZ_SEED'] ?? 20_261_122),
  numRuns: Number(process.env['FUZZ_INPUTS'] ?? 5_000),
};

vi.setConfig({ testTimeout: 20_000 + runs.numRuns });

const key = fc
  .oneof(
    fc.string({ maxLength: 6 }),
    fc.constantFrom('', '.', '\\', '\\.', 'a.b', '0', 'json', 'meta'),
  )
  // What superjson itself does not write.
  .filter((name) => !['__proto__', 'constructor', 'prototype'].includes(name));

const numbers = fc.array(fc.integer({ min: -200, max: 400 }), { maxLength: 6 });

const leaf = fc.oneof(
  fc.string({ maxLength: 8 }),
  fc.double(),
  fc.integer(),
  fc.boolean(),
  fc.constantFrom(null, undefined, Number.NaN, Number.POSITIVE_INFINITY, -0),
  fc.date({ noInvalidDate: true }),
  fc.bigInt({ min: -(10n ** 40n) + 1n, max: 10n ** 40n - 1n }),
  numbers.map((list) => Uint8Array.from(list)),
  numbers.map((list) => Int16Array.from(list)),
  numbers.map((list) => Float64Array.from(list)),
);

/** Any value of the types that the guard lets through. */
const { value: anyValue } = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    leaf,
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(key, tie('value'), { maxKeys: 4, noNullPrototype: true }),
    fc.array(tie('value'), { maxLength: 4 }).map((entries) => new Set(entries)),
    fc.array(fc.tuple(tie('value'), tie('value')), { maxLength: 4 }).map((all) => new Map(all)),
  ),
}));

/** A call with this input, as a client sends it. */
function textOf(input: unknown): string {
  const { json, meta } = superjson.serialize(input);
  // Equal bigints and shared objects are marked; the JSON holds each of them whole all the same.
  if (meta) delete meta.referentialEqualities;
  return JSON.stringify(message({ json, meta }));
}

/** Does JSON come back as it was written? V8 reads some escaped keys as a backslash once it has seen
 *  an object with such a key (nodejs/node#63785). */
const isReadBack = (text: string) => JSON.stringify(JSON.parse(text)) === text;

describe('what superjson writes', () => {
  it('[TRN6] passes for all types that are taken, and comes out as it went in', () => {
    fc.assert(
      fc.property(anyValue, (input) => {
        const text = textOf(input);
        fc.pre(isReadBack(text));
        expect(receive(text)).toEqual({ input });
      }),
      { ...runs, numRuns: Math.ceil(runs.numRuns / 5) },
    );
  });

  it('[TRN6] passes over HTTP as it does over a WebSocket', () => {
    fc.assert(
      fc.property(anyValue, (input) => {
        const text = textOf(input);
        fc.pre(isReadBack(text));
        const sent = JSON.parse(text) as { params: { input: unknown } };
        expect(checkInput(sent.params.input, defaultWireLimits, 'superjson')).toBeUndefined();
        expect(checkInput(sent.params.input, defaultWireLimits, 'none')).toBeUndefined();
      }),
      { ...runs, numRuns: Math.ceil(runs.numRuns / 10) },
    );
  });
});

/** Texts that are good, and some that are not: where mutation begins. */
const beginnings = [
  message({ json: { room: 'lobby', text: 'hi', idempotencyKey: 'k' } }),
  message(superjson.serialize({ at: new Date(0), n: 1n, u: undefined, z: -0 })),
  message(superjson.serialize(new Map([[new Set([1n]), new Map([['a', undefined]])]]))),
  message(superjson.serialize({ 'a.b': [new Set([new Date(0)])], 'c\\': new Uint8Array([1, 2]) })),
  { ...message(superjson.serialize({ room: 'r' }), { lastEventId: 'e:1' }), jsonrpc: '2.0' },
  { id: 's', method: 'subscription.stop' },
  annotated('/x/', ['regexp']),
  annotated({ a: {}, b: {} }, undefined, { referentialEqualities: { a: ['b'] } }),
].map((sent) => JSON.stringify(sent));

const junk = fc.oneof(
  fc.constantFrom<unknown[]>(null, true, 0, -1, 1e308, '', '0', '-0', 'a'.repeat(300), [], {}),
  fc.constantFrom('set', 'map', 'Date', 'bigint', 'number', 'undefined', 'regexp', '__proto__'),
  fc.constantFrom<unknown[]>(['set'], ['map'], ['set', { 0: ['set'] }], ['undefined']),
  fc.constantFrom<unknown[]>([['typed-array', 'Uint8Array']], { length: 3e7 }, [1, 2], [['a', 1]]),
  fc.constantFrom<unknown[]>({ a: ['bigint'] }, { '0.0': ['Date'] }, ['number']),
  fc.jsonValue({ maxDepth: 3 }),
);

const step = fc.record({
  at: fc.nat(),
  how: fc.constantFrom('replace', 'remove', 'rename', 'copy', 'wrap'),
  with: junk,
  name: fc.oneof(key, fc.constantFrom('constructor', 'values', 'v', 'referentialEqualities', 'id')),
});

type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

/** Changes one thing in a tree: at the place of that number among all places. */
function mutate(root: unknown, { at, how, with: put, name }: Step): unknown {
  const places: [holder: Record<string, unknown>, member: string][] = [];
  const open: unknown[] = [root];
  while (open.length > 0) {
    const holder = open.pop();
    if (typeof holder !== 'object' || holder === null) continue;
    for (const [member, inner] of Object.entries(holder)) {
      places.push([holder as Record<string, unknown>, member]);
      open.push(inner);
    }
  }
  const place = places[at % places.length];
  if (!place) return structuredClone(put);
  const [holder, member] = place;
  const [from, source] = places[(at * 7 + 3) % places.length]!;
  const old = holder[member];
  if (how === 'replace') holder[member] = structuredClone(put);
  if (how === 'wrap') holder[member] = { [name]: old };
  if (how === 'copy') holder[member] = structuredClone(from[source]);
  // An array has no names: a `length` there would not rename but resize.
  if (how === 'rename' && !Array.isArray(holder)) holder[name] = old;
  if (how === 'remove' || (how === 'rename' && name !== member)) delete holder[member];
  return root;
}

describe('mutations of messages', () => {
  const beginning = fc.constantFrom(...beginnings);

  it(`[TRN6] are judged without throwing, and superjson takes what passes (seed ${runs.seed})`, () => {
    const before = Object.getOwnPropertyDescriptors(Object.prototype);
    let passed = 0;
    fc.assert(
      fc.property(beginning, fc.array(step, { minLength: 1, maxLength: 4 }), (text, steps) => {
        let sent = JSON.parse(text) as unknown;
        for (const each of steps) sent = mutate(sent, each);
        const mutated = JSON.stringify(sent);
        judge(mutated, { transformer: 'none' });
        if (judge(mutated) !== undefined || !hasSuperjsonInput(sent)) return;
        passed += 1;
        const received = receive(mutated);
        expect('input' in received && kindsIn(received.input)).toEqual(new Set());
      }),
      runs,
    );
    expect(Object.getOwnPropertyDescriptors(Object.prototype)).toEqual(before);
    // Else the mutations are too wild to say anything of what passes.
    expect(passed).toBeGreaterThan(runs.numRuns / 20);
  });

  it(`[TRN6] letter by letter are judged without throwing (seed ${runs.seed})`, () => {
    const letter = fc.constantFrom(...'{}[]",:\\.0123456789-eE_nulltrueabc'.split(''));
    const edits = fc.array(fc.tuple(fc.nat(), fc.nat(2), letter), { minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(beginning, edits, (text, all) => {
        let mutated = text;
        for (const [at, cut, put] of all) {
          const index = at % (mutated.length + 1);
          mutated = mutated.slice(0, index) + put + mutated.slice(index + cut);
        }
        if (!isJson(mutated)) return;
        if (judge(mutated) !== undefined || !hasSuperjsonInput(JSON.parse(mutated))) return;
        expect(receive(mutated)).toHaveProperty('input');
      }),
      runs,
    );
  });
});

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** Superjson throws for nothing at all, and that harms nobody. */
function hasSuperjsonInput(sent: unknown): boolean {
  const { params } = (sent ?? {}) as { params?: { input?: unknown } | null };
  return params?.input != null;
}

/** The kinds of objects in a value that the guard must keep out. */
function kindsIn(root: unknown): Set<string> {
  const kinds = new Set<string>();
  const open: unknown[] = [root];
  while (open.length > 0) {
    const value = open.pop();
    if (typeof value === 'symbol' || typeof value === 'function') kinds.add(typeof value);
    if (typeof value !== 'object' || value === null) continue;
    if (value instanceof Map) open.push(...value.keys(), ...value.values());
    else if (value instanceof Set) open.push(...value.values());
    else if (Array.isArray(value)) open.push(...(value as unknown[]));
    else if (Object.getPrototypeOf(value) === Object.prototype) open.push(...Object.values(value));
    else if (!(value instanceof Date) && !ArrayBuffer.isView(value))
      kinds.add(value.constructor.name);
  }
  return kinds;
}
