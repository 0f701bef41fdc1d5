import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeData, encodeData } from '../../../server/rooms/encoding.ts';
import { limits } from '../../../shared/index.ts';

const through = (data: unknown) => decodeData(encodeData(data));

describe('the data of events', () => {
  it('[LOG1] is read as it was written', () => {
    const values = {
      at: new Date(5),
      big: 7n,
      set: new Set([1]),
      map: new Map([['a', { b: undefined }]]),
      bytes: new Uint8Array([1, 255]),
      floats: new Float32Array([0.5]),
      none: {},
    };
    expect(through(values)).toEqual(values);
  });

  it('takes a Buffer as the bytes that it is, wherever it stands', () => {
    fc.assert(
      fc.property(fc.uint8Array(), fc.string(), (bytes, key) => {
        fc.pre(!['__proto__', 'constructor', 'prototype'].includes(key));
        const data = { [key]: [Buffer.from(bytes)], '["typed-array","Buffer"]': Buffer.from([7]) };
        expect(through(data)).toEqual({
          [key]: [bytes],
          '["typed-array","Buffer"]': new Uint8Array([7]),
        });
      }),
    );
  });

  it.each([
    ['a typed array that superjson cannot read', new Float16Array(2)],
    ['an ArrayBuffer', new ArrayBuffer(3)],
    ['a DataView', new DataView(new ArrayBuffer(3))],
    ['a Blob', new Blob(['x'])],
    ['a promise', Promise.resolve()],
  ])('refuses %s, however deep, before anybody has to read it', (_, part) => {
    for (const data of [{ part }, [{ part: [part] }], new Map([[1, new Set([part])]])]) {
      expect(() => encodeData(data)).toThrow(expect.objectContaining({ code: 'BAD_INPUT' }));
    }
  });

  it('may be so large, in bytes of JSON, and no larger', () => {
    const frame = Buffer.byteLength(encodeData({ text: '' }));
    const most = Math.floor((limits.eventBytes - frame) / 3);
    expect(through({ text: '水'.repeat(most) })).toEqual({ text: '水'.repeat(most) });
    const large = () => encodeData({ text: '水'.repeat(most + 1) });
    const message = expect.stringMatching(
      /^the data has 2621\d\d bytes as JSON, of 262144 at most$/,
    );
    expect(large).toThrow(expect.objectContaining({ code: 'TOO_LARGE', message }));
  });
});
