import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { bytes } from '../../shared/index.ts';

describe('bytes', () => {
  it('take a Uint8Array of at most so many bytes, and nothing else', () => {
    const some = new Uint8Array([1, 2, 3]);
    expect(bytes({ max: 3 }).parse(some)).toBe(some);
    expect(bytes({ max: 2 }).safeParse(some).error?.issues).toMatchObject([
      { message: 'must be at most 2 bytes' },
    ]);
    expect(bytes().safeParse(new Uint8Array(16_001)).success).toBe(false);
    for (const other of [null, undefined, 'AQID', [1, 2, 3], new Uint16Array(1), some.buffer]) {
      expect(bytes().safeParse(other).success).toBe(false);
    }
  });

  it('make a plain one of a Buffer, which superjson could not read again', () => {
    const plain = bytes().parse(Buffer.from([1, 2, 3]));
    expect(plain.constructor).toBe(Uint8Array);
    expect(plain).toEqual(new Uint8Array([1, 2, 3]));
  });

  it('say of themselves that they are base64 text', () => {
    expect(z.toJSONSchema(bytes({ max: 4 }), { unrepresentable: 'any' })).toMatchObject({
      type: 'string',
      contentEncoding: 'base64',
      maxLength: 8,
    });
  });
});
