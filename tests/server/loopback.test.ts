import { describe, expect, it } from 'vitest';
import { isLoopback } from '../../server/config.ts';

describe('isLoopback', () => {
  it.each(['localhost', '127.0.0.1', '127.255.255.254', '::1'])('knows %s', (host) => {
    expect(isLoopback(host)).toBe(true);
  });

  it.each([
    '',
    'localhost.example.com',
    '127.0.0.1.example.com',
    '1270.0.0.1',
    '0.0.0.0',
    '::',
    '::1.x',
    '128.0.0.1',
  ])('does not take %j for one', (host) => expect(isLoopback(host)).toBe(false));
});
