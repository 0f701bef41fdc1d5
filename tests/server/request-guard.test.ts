import type { IncomingMessage } from 'node:http';
import { describe, expect, it } from 'vitest';
import { guard, type GuardOptions } from '../../server/transport/request-guard.ts';

const open = { allowedOrigins: [], isLocalOnly: false };
const local = { allowedOrigins: [], isLocalOnly: true };
const friendly = { allowedOrigins: ['https://good.com'], isLocalOnly: false };

interface Lines {
  url?: string;
  host?: string | undefined;
  origin?: string;
}

/** What the guard says of a request with these first lines: its path, or a status. */
function judge(lines: Lines, options: GuardOptions = open): string | number {
  const { url, ...headers } = { url: '/trpc', host: 'rooms.example.com', ...lines };
  // The guard reads nothing else of a request.
  const verdict = guard({ url, headers } as unknown as IncomingMessage, options);
  return typeof verdict === 'string' ? verdict : verdict.status;
}

describe('the request target', () => {
  it.each([
    ['/', '/'],
    ['/trpc', '/trpc'],
    ['/trpc?connectionParams=1', '/trpc'],
    ['/trpc/chat.events?batch=1', '/trpc/chat.events'],
    ['/a/../trpc', '/trpc'],
    ['/%2e%2e/trpc', '/trpc'],
    ['/a//b', '/a//b'],
  ])('[TRN5] %s has the path %s', (url, path) => {
    expect(judge({ url })).toBe(path);
  });

  it.each([
    '',
    '*',
    '//',
    '//evil.com/trpc',
    '/\\evil.com/trpc',
    'http://evil.com/trpc',
    'evil.com:443',
    'trpc',
    '?',
  ])('[TRN5] %j is refused', (url) => expect(judge({ url })).toBe(400));
});

describe('the Host', () => {
  it.each([
    'rooms.example.com',
    'ROOMS.example.com:8080',
    'localhost',
    '127.0.0.1:3000',
    '[::1]:3000',
    'my_host',
  ])('[TRN5] %s is taken', (host) => expect(judge({ host })).toBe('/trpc'));

  it.each([
    undefined,
    '',
    '[',
    ']',
    '[::1',
    '[]',
    ':3000',
    'a:b',
    'a:99999',
    'a b',
    'a/b',
    'user@rooms.example.com',
    'a#b',
    'a?b',
    'a\\b',
    'a%00b',
    'a\r\nX: y',
    'пример.рф',
  ])('[TRN5] %j is refused', (host) => {
    expect(judge({ host })).toBe(400);
  });
});

describe('a server for this machine only', () => {
  it.each([
    'localhost',
    'LOCALHOST:3000',
    '127.0.0.1:3000',
    '127.9.9.9',
    '[::1]',
    '[0:0:0:0:0:0:0:1]:3000',
    '2130706433',
  ])('serves %s', (host) => expect(judge({ host }, local)).toBe('/trpc'));

  it.each([
    'rooms.example.com',
    'localhost.evil.com',
    '127.0.0.1.evil.com',
    '127.0.0.1.nip.io',
    '0.0.0.0',
    '[::]',
    '[::ffff:7f00:1]',
    '192.168.1.5',
    'localhost.',
  ])('refuses %s, a name that may be pointed at it', (host) =>
    expect(judge({ host }, local)).toBe(403),
  );

  it('refuses a page of another origin all the same', () => {
    expect(judge({ host: 'localhost:3000', origin: 'http://localhost:5173' }, local)).toBe(403);
    expect(judge({ host: 'localhost:3000', origin: 'http://localhost:3000' }, local)).toBe('/trpc');
  });
});

describe('the Origin', () => {
  it('[TRN5] may be absent: no page sent the request', () => {
    expect(judge({})).toBe('/trpc');
  });

  it.each([
    ['rooms.example.com', 'https://rooms.example.com'],
    ['rooms.example.com', 'http://rooms.example.com'],
    ['Rooms.Example.com', 'https://rooms.example.com'],
    ['rooms.example.com:8080', 'http://rooms.example.com:8080'],
    ['[::1]:3000', 'http://[::1]:3000'],
  ])("[TRN5] may be the server's own: %s and %s", (host, origin) => {
    expect(judge({ host, origin })).toBe('/trpc');
  });

  it.each([
    'https://evil.com',
    'https://good.evil.com',
    'https://good.com.evil.com',
    'https://good.co',
    'https://goodXcom',
    'http://good.com',
    'https://good.com:8443',
    'https://good.com.',
    'https://GOOD.com',
    'https://good.com/',
    'https://rooms.example.com:8080',
    'https://rooms.example.com.',
    'https://rooms.example.com/',
    'https://rooms.example.com@evil.com',
    'https://user@rooms.example.com',
    'HTTPS://rooms.example.com',
    'https://good.com, https://evil.com',
    'null',
    '',
    '*',
    'rooms.example.com',
    '//rooms.example.com',
    'file://',
  ])('[TRN5] %j is refused', (origin) => {
    expect(judge({ origin }, friendly)).toBe(403);
  });

  it('[TRN5] may be one that the operator allows, exactly', () => {
    expect(judge({ origin: 'https://good.com' }, friendly)).toBe('/trpc');
    expect(judge({ origin: 'https://good.com' }, open)).toBe(403);
  });
});
