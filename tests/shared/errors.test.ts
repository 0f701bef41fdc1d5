import { TRPCError } from '@trpc/server';
import { getHTTPStatusCodeFromError } from '@trpc/server/http';
import { describe, expect, it } from 'vitest';
import { errorOfClose, errors, RoomError, type ErrorCode } from '../../shared/index.ts';

const codes = Object.keys(errors) as ErrorCode[];
const closing = codes.filter((code) => 'close' in errors[code]);

describe.each(codes)('%s', (code) => {
  const row = errors[code];

  it('has the HTTP status that tRPC gives its tRPC code', () => {
    expect(getHTTPStatusCodeFromError(new TRPCError({ code: row.trpc }))).toBe(row.http);
  });

  it('advises in one sentence', () => {
    expect(row.advice).toMatch(/^[A-Z][^\n]*\.$/);
    expect(row.advice).not.toMatch(/[.!?] /);
  });

  it('lends its advice and its word on retrying to the error made of it', () => {
    const error = new RoomError(code);
    expect(error).toMatchObject({ message: row.advice, retryable: row.retryable, code });
  });
});

describe('RoomError', () => {
  it('may be final where its row is not', () => {
    const error = new RoomError('DISCONNECTED', 'it was closed', { retryable: false });
    expect(error).toMatchObject({ code: 'DISCONNECTED', retryable: false });
  });
});

describe.each(closing)('%s', (code) => {
  const row = errors[code];
  const close = 'close' in row ? row.close : NaN;

  it('has a close code that an application may send', () => {
    const isStandard = [1008, 1009, 1011, 1012, 1013].includes(close);
    expect(isStandard || (close >= 4000 && close <= 4999)).toBe(true);
  });

  it('is found by its close code alone', () => {
    expect(errorOfClose(close)).toBe(code);
  });
});

describe('errorOfClose', () => {
  it.each([0, 1000, 1001, 1005, 1006, 4000, 4999])('knows no row for %i', (code) => {
    expect(errorOfClose(code)).toBeUndefined();
  });
});
