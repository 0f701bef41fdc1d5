import type { IncomingMessage } from 'node:http';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { closeReason, tokenOf } from '../../server/transport/context.ts';

const withHeader = (authorization?: string) =>
  // Nothing but the headers is read.
  ({ headers: { ...(authorization !== undefined && { authorization }) } }) as IncomingMessage;

describe('tokenOf', () => {
  it('prefers the parameters of the connection to the header', () => {
    expect(tokenOf(withHeader('Bearer b'), { token: 'a' })).toBe('a');
    expect(tokenOf(withHeader('Bearer b'), null)).toBe('b');
    expect(tokenOf(withHeader('Bearer b'), { other: 'a' })).toBe('b');
  });

  it('reads the scheme in any case', () => {
    expect(tokenOf(withHeader('bearer  b.c.d'), null)).toBe('b.c.d');
  });

  it.each([undefined, '', 'Bearer', 'Bearer ', 'Basic YTpi', 'Bearer a b', 'xBearer a'])(
    'finds none in %j',
    (header) => expect(tokenOf(withHeader(header), null)).toBeUndefined(),
  );
});

describe('closeReason', () => {
  it('keeps what fits, and cuts the rest between characters', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 150 }), (text) => {
        const reason = closeReason(text);
        expect(Buffer.byteLength(reason)).toBeLessThanOrEqual(123);
        expect(text.startsWith(reason)).toBe(true);
        if (Buffer.byteLength(text) <= 123) expect(reason).toBe(text);
      }),
    );
  });
});
