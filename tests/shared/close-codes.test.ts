import { describe, expect, it } from 'vitest';
import { errors, reconnectAfter } from '../../shared/index.ts';

const every = Array.from({ length: 5_000 }, (_, code) => code);
const terminal = [1002, 1003, 1007, 1008, 1009];

describe('reconnectAfter', () => {
  it('stops at the terminal codes, from 4500 on, and nowhere else', () => {
    const stopping = every.filter((code) => reconnectAfter(code) === 'stop');
    expect(stopping).toEqual([...terminal, ...every.slice(4_500)]);
  });

  it('asks for a new token after 4401 and no other code', () => {
    expect(every.filter((code) => reconnectAfter(code) === 'refresh')).toEqual([4401]);
  });

  it('comes back after everything else', () => {
    for (const code of [
      1000, 1001, 1005, 1006, 1011, 1012, 1013, 1015, 4000, 4408, 4409, 4429, 4499,
    ]) {
      expect(reconnectAfter(code), String(code)).toBe('retry');
    }
  });

  it('comes back exactly where the table says that it may help', () => {
    for (const [code, row] of Object.entries(errors)) {
      if (!('close' in row) || row.close === errors.TOKEN_EXPIRED.close) continue;
      expect(reconnectAfter(row.close) === 'retry', code).toBe(row.retryable);
    }
  });
});
