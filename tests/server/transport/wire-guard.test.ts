import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  checkInput,
  checkMessage,
  defaultWireLimits,
} from '../../../server/transport/ws/wire-guard.ts';
import { judge, message, nest } from './wire-messages.ts';

const { depth, nodes } = defaultWireLimits;

/** A call whose input is this text. */
const callOf = (input: string) =>
  `{"id":1,"method":"query","params":{"path":"a.b","input":${input}}}`;

const plain = { transformer: 'none' } as const;

describe('the id', () => {
  it.each([0, 1, -1, Number.MAX_SAFE_INTEGER, 'a', 'x'.repeat(64), '😀'])(
    '[TRN6] may be %j',
    (id) => expect(judge({ ...message({}), id })).toBeUndefined(),
  );

  it.each<{ id: unknown }>([
    { id: null },
    { id: '' },
    { id: 'x'.repeat(65) },
    { id: 1.5 },
    { id: 2 ** 53 },
    { id: -(2 ** 53) },
    { id: 1e300 },
    { id: true },
    { id: false },
    { id: [] },
    { id: [1] },
    { id: {} },
    { id: { toString: 1 } },
    { id: 'x'.repeat(1e6) },
  ])('[TRN6] is refused', ({ id }) => {
    expect(judge({ ...message({}), id })).toMatch(/^an id is an integer or a string of 1 to 64/);
  });

  it('[TRN6] is refused where it is missing, and where JSON overflows', () => {
    expect(judge('{"method":"query"}')).toMatch(/^an id/);
    expect(judge('{"id":1e999,"method":"query"}')).toMatch(/^an id/);
  });
});

describe('the envelope', () => {
  it.each(['null', '1', '"x"', 'true', '[]', '[[]]', '[{"id":1}]'])(
    '[TRN6] is an object, not %s',
    (sent) => {
      expect(judge(sent)).toBe('a message is an object');
    },
  );

  it('[TRN6] has a path of at most 256 characters', () => {
    expect(judge(message({}, { path: 'p'.repeat(256) }))).toBeUndefined();
    expect(judge(message({}, { path: 'p'.repeat(257) }))).toBe('a path has at most 256 characters');
  });

  it('[TRN6] has a lastEventId of at most 256 characters', () => {
    expect(judge(message({}, { lastEventId: 'e'.repeat(256) }))).toBeUndefined();
    expect(judge(message({}, { lastEventId: 'e'.repeat(257) }))).toBe(
      'a lastEventId has at most 256 characters',
    );
  });

  it('leaves to tRPC what tRPC refuses before it reads the input', () => {
    expect(judge({ id: 1, method: 'subscription.stop' })).toBeUndefined();
    expect(judge({ id: 1, method: 'nonsense', params: 7 })).toBeUndefined();
    expect(judge(message({}, { path: 7, lastEventId: 7 }))).toBeUndefined();
  });
});

describe('the structure', () => {
  it.each([
    ['arrays', '[', ']', ''],
    ['objects', '{"a":', '}', '1'],
  ])('[TRN6] nests %s in a plain input 32 deep and no deeper', (_, open, close, inner) => {
    expect(judge(callOf(nest(depth, open, close, inner)), plain)).toBeUndefined();
    expect(judge(callOf(nest(depth + 1, open, close, inner)), plain)).toBe('nested deeper than 32');
  });

  it('[TRN6] nests the data of a superjson input 32 deep and no deeper', () => {
    expect(judge(callOf(`{"json":${nest(depth)}}`))).toBeUndefined();
    expect(judge(callOf(`{"json":${nest(depth + 1)}}`))).toBe('nested deeper than 32');
  });

  it('[TRN6] may be limited to values that nest nothing', () => {
    const flat = { ...defaultWireLimits, depth: 0 };
    expect(checkInput(1, flat, 'none')).toBeUndefined();
    expect(checkInput([], flat, 'none')).toBe('nested deeper than 0');
  });

  it('[TRN6] is as deep over HTTP', () => {
    const check = (text: string, transformer: 'none' | 'superjson') =>
      checkInput(JSON.parse(text), defaultWireLimits, transformer);
    expect(check(nest(depth), 'none')).toBeUndefined();
    expect(check(nest(depth + 1), 'none')).toBe('nested deeper than 32');
    expect(check(`{"json":${nest(depth)}}`, 'superjson')).toBeUndefined();
    expect(check(`{"json":${nest(depth + 1)}}`, 'superjson')).toBe('nested deeper than 32');
  });

  it.each([
    ['input', `{"json":${nest(20_000)}}`],
    ['input without json', nest(20_000)],
    ['objects', `{"json":${nest(10_000, '{"a":', '}', '1')}}`],
    ['annotations', `{"json":[],"meta":{"v":1,"values":${nest(20_000)}}}`],
    ['trees', `{"json":[],"meta":{"v":1,"values":${nest(10_000, '{"0":', '}', '1')}}}`],
    ['sets', `{"json":[],"meta":{"v":1,"values":${nest(9_000, '["set",{"0":', '}]', '1')}}}`],
  ])('[TRN6] refuses 20,000 levels of %s without overflowing a stack', (_, input) => {
    expect(judge(callOf(input))).toMatch(/^nested deeper|does not fit its JSON$|is not taken$/);
  });

  it('[TRN6] refuses depth outside of the input too', () => {
    expect(judge(`{"id":1,"method":"subscription.stop","x":${nest(20_000)}}`)).toMatch(/^nested/);
    expect(judge(`{"id":1,"method":"query","params":${nest(20_000)}}`)).toMatch(/^nested/);
  });

  it('[TRN6] has 20,000 values in all and no more', () => {
    // The message, its id, method, params and path, the input and its json.
    const around = 7;
    const filled = (count: number) => judge(message({ json: Array<number>(count).fill(0) }));
    expect(filled(nodes - around)).toBeUndefined();
    expect(filled(nodes - around + 1)).toBe('more than 20000 values in one message');
    const keyed = (count: number) =>
      judge(message({ json: Object.fromEntries(Array(count).fill(0).entries()) }));
    expect(keyed(nodes - around)).toBeUndefined();
    expect(keyed(nodes - around + 1)).toBe('more than 20000 values in one message');
  });

  it('[TRN6] counts each annotation as a value', () => {
    const dates = (count: number, limit: number) =>
      judge(
        message({
          json: Array(count).fill('2026-01-01T00:00:00.000Z'),
          meta: {
            v: 1,
            values: Object.fromEntries(Array.from({ length: count }, (__, at) => [at, ['Date']])),
          },
        }),
        { limits: { nodes: limit } },
      );
    // The json and the annotations, and eight around them.
    expect(dates(10, 28)).toBeUndefined();
    expect(dates(10, 27)).toBe('more than 27 values in one message');
  });

  it('[TRN6] takes a count of elements for what it is: no element is looked at beyond it', () => {
    let looks = 0;
    const huge = new Proxy([], {
      get: (target, key, self) => {
        if (key === 'length') return 4e9;
        looks += 1;
        return Reflect.get(target, key, self) as unknown;
      },
    });
    expect(checkMessage(message(huge), defaultWireLimits, 'none')).toMatch(/^more than 20000/);
    expect(looks).toBe(0);
  });

  it.each([
    callOf('{"__proto__":{"polluted":1}}'),
    callOf('{"json":{"__proto__":{"polluted":1}}}'),
    callOf('{"json":{"a":[{"__proto__":null}]}}'),
    callOf('{"json":{"\\u005f_proto__":1}}'),
    callOf('{"json":1,"__proto__":{"meta":{"values":["regexp"]}}}'),
    '{"id":1,"__proto__":{"params":{}}}',
    '{"id":1,"method":"query","params":{"__proto__":{"input":1}}}',
  ])('[TRN6] refuses a key __proto__: %s', (text) => {
    expect(judge(text)).toBe('a key is named __proto__');
    expect(judge(text, plain)).toBe('a key is named __proto__');
  });

  it('takes other names of Object.prototype as the data that they are', () => {
    const data = { constructor: 1, prototype: { a: 2 }, toString: 3, hasOwnProperty: 4 };
    expect(judge(message({ json: data }))).toBeUndefined();
    expect(judge(message(data), plain)).toBeUndefined();
  });

  it('counts the bytes that an encoder other than JSON gives as one value', () => {
    const bytes = { json: { image: new Uint8Array(60_000) } };
    expect(checkMessage(message(bytes), defaultWireLimits, 'superjson')).toBeUndefined();
    expect(checkMessage(message(new Uint8Array(60_000)), defaultWireLimits, 'none')).toBe(
      undefined,
    );
  });
});

describe('without superjson', () => {
  it('an input that looks like superjson is plain data', () => {
    const input = { json: '/^(a+)+$/', meta: { values: ['regexp'], referentialEqualities: {} } };
    expect(judge(message(input), plain)).toBeUndefined();
    expect(checkInput(input, defaultWireLimits, 'none')).toBeUndefined();
    expect(judge(message(input))).toBeDefined();
    expect(checkInput(input, defaultWireLimits, 'superjson')).toBeDefined();
  });

  it('[TRN6] what looks like meta has the limits of all data', () => {
    const meta = `{"meta":${nest(depth)}}`;
    expect(judge(callOf(meta), plain)).toMatch(/^nested deeper/);
  });
});

describe('checkMessage', () => {
  it('[TRN6] throws for nothing and leaves everything as it is', () => {
    const anything = fc.anything({
      withBigInt: true,
      withBoxedValues: true,
      withDate: true,
      withMap: true,
      withNullPrototype: true,
      withObjectString: true,
      withSet: true,
      withSparseArray: true,
      withTypedArray: true,
    });
    const transformer = fc.constantFrom('superjson' as const, 'none' as const);
    fc.assert(
      fc.property(anything, anything, anything, transformer, (value, json, values, kind) => {
        const check = (sent: unknown) => {
          const reason = checkMessage(sent, defaultWireLimits, kind);
          expect(reason === undefined || reason.length > 0).toBe(true);
        };
        check(value);
        check({ id: 1, params: value });
        check(message(value));
        const meant = message({ json, meta: { values, v: 1 } });
        const before = structuredClone(meant);
        check(meant);
        expect(meant).toEqual(before);
      }),
      { seed: 20_261_122, numRuns: 500 },
    );
  });

  it('[TRN6] ends where a decoder gives a structure that contains itself', () => {
    const loop: Record<string, unknown> = {};
    loop['self'] = loop;
    expect(checkMessage(message(loop), defaultWireLimits, 'none')).toMatch(/^nested deeper/);
  });
});
