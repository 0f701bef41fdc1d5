import { describe, expect, it } from 'vitest';
import { readConfig } from '../../server/config.ts';
import { StartError } from '../../server/start-error.ts';

const secret = 'a-secret-of-thirty-two-characters';

type Env = Record<string, string>;

/** The message of the refusal, line by line. */
function refusal(env: Env): string[] {
  try {
    readConfig(env);
  } catch (error) {
    if (error instanceof StartError) return error.message.split('\n');
    throw error;
  }
  throw new Error('this configuration was taken');
}

const rowsOf = (env: Env) => refusal(env).slice(1);

describe('readConfig', () => {
  it('serves this machine in development mode when nothing is set', () => {
    expect(readConfig({})).toEqual({
      port: 3000,
      host: '127.0.0.1',
      dataDir: './data',
      drainMs: 0,
      logLevel: 'info',
      auth: { mode: 'development' },
      claims: { issuer: undefined, audience: undefined },
      allowedOrigins: [],
      trustedProxies: [],
      metricsToken: undefined,
      serverKeys: [],
      limits: 'on',
    });
  });

  it('counts an empty variable as unset', () => {
    const names = [
      'PORT',
      'HOST',
      'DATA_DIR',
      'LOG_LEVEL',
      'AUTH_SECRET',
      'JWKS_URL',
      'AUTH_ISSUER',
    ];
    const more = [
      'AUTH_AUDIENCE',
      'ALLOWED_ORIGINS',
      'GUESTS',
      'REDIS_URL',
      'TRUSTED_PROXIES',
      'METRICS_TOKEN',
      'SERVER_KEYS',
      'DRAIN_MS',
    ];
    const empty = Object.fromEntries([...names, ...more].map((name) => [name, '']));
    expect(readConfig(empty)).toEqual(readConfig({}));
  });

  it('leaves variables alone that are not its own', () => {
    expect(readConfig({ PATH: '/bin', EDITOR: 'ed' })).toEqual(readConfig({}));
  });

  it('reads everything', () => {
    expect(
      readConfig({
        PORT: '0',
        HOST: '0.0.0.0',
        DATA_DIR: '/var/lib/rooms',
        LOG_LEVEL: 'warn',
        AUTH_SECRET: secret,
        AUTH_ISSUER: 'https://id.example.com',
        AUTH_AUDIENCE: 'rooms',
        ALLOWED_ORIGINS: 'https://example.com, http://localhost:5173',
        TRUSTED_PROXIES: '10.0.0.0/8, ::1',
        METRICS_TOKEN: 'sixteen-letters!',
        SERVER_KEYS: `${secret}, ${'k'.repeat(32)}`,
        GUESTS: 'on',
      }),
    ).toEqual({
      port: 0,
      host: '0.0.0.0',
      dataDir: '/var/lib/rooms',
      drainMs: 0,
      logLevel: 'warn',
      auth: { mode: 'secret', secret, guests: true },
      claims: { issuer: 'https://id.example.com', audience: 'rooms' },
      allowedOrigins: ['https://example.com', 'http://localhost:5173'],
      trustedProxies: ['10.0.0.0/8', '::1'],
      metricsToken: 'sixteen-letters!',
      serverKeys: [secret, 'k'.repeat(32)],
      limits: 'on',
    });
  });

  it('takes keys from a URL', () => {
    const url = 'https://id.example.com/jwks.json';
    expect(readConfig({ JWKS_URL: url, HOST: '::' }).auth).toEqual({ mode: 'keys', url });
  });

  it.each(['127.0.0.1', '127.1.2.3', 'localhost', '::1'])('serves %s without a secret', (HOST) => {
    expect(readConfig({ HOST }).auth.mode).toBe('development');
  });

  it('[AUT2] counts the bytes of a secret, 32 at least', () => {
    expect(readConfig({ AUTH_SECRET: 'é'.repeat(16) }).auth.mode).toBe('secret');
    expect(rowsOf({ AUTH_SECRET: 'x'.repeat(31) })).toEqual([
      '  AUTH_SECRET  (hidden)  at least 32 bytes',
    ]);
  });
});

describe('the window of clients that move', () => {
  const redis = { REDIS_URL: 'redis://localhost' };
  it.each([
    ['none without Redis, where they could go nowhere', {}, 0],
    ['10 s with Redis', redis, 10_000],
    ['what is said', { ...redis, DRAIN_MS: '20000' }, 20_000],
    ['none when that is said', { ...redis, DRAIN_MS: '0' }, 0],
    ['what is said without Redis too', { DRAIN_MS: '500' }, 500],
  ])('is %s', (_, env, drainMs) => {
    expect(readConfig(env).drainMs).toBe(drainMs);
  });
});

describe('what readConfig refuses', () => {
  const port = 'a port, 0 to 65535';
  const origins = 'origins such as https://example.com, separated by commas';
  const proxies = 'addresses or ranges such as 10.0.0.0/8, separated by commas';
  const redisUrl = 'a URL such as redis://user:password@localhost:6379, or rediss:// for TLS';
  const token = 'at least 16 printable ASCII characters, no spaces';
  const keys = 'keys of at least 32 printable ASCII characters, no spaces, separated by commas';
  const levels = 'one of fatal, error, warn, info, debug, trace, silent';

  it.each([
    ['PORT', '65536', port],
    ['PORT', '-1', port],
    ['PORT', '80.5', port],
    ['PORT', '0x50', port],
    ['PORT', ' 80', port],
    ['PORT', '٨٠', port],
    ['PORT', '80\n', port],
    ['LOG_LEVEL', 'INFO', levels],
    ['JWKS_URL', 'id.example.com', 'an http(s) URL'],
    ['JWKS_URL', 'file:///etc/keys', 'an http(s) URL'],
    ['ALLOWED_ORIGINS', '*', origins],
    ['ALLOWED_ORIGINS', 'null', origins],
    ['ALLOWED_ORIGINS', 'example.com', origins],
    ['ALLOWED_ORIGINS', 'https://example.com/', origins],
    ['ALLOWED_ORIGINS', 'https://example.com/app', origins],
    ['ALLOWED_ORIGINS', 'https://Example.com', origins],
    ['ALLOWED_ORIGINS', 'https://a.com,', origins],
    ['ALLOWED_ORIGINS', 'https://a.com https://b.com', origins],
    ['ALLOWED_ORIGINS', ',', origins],
    ['ALLOWED_ORIGINS', 'x,y,z', origins],
    ['TRUSTED_PROXIES', 'nginx', proxies],
    ['TRUSTED_PROXIES', '10.0.0.0/33', proxies],
    ['TRUSTED_PROXIES', '10.0.0.0/', proxies],
    ['TRUSTED_PROXIES', '0.0.0.0/0', proxies],
    ['TRUSTED_PROXIES', '::/0', proxies],
    ['TRUSTED_PROXIES', '10.0.0.1,', proxies],
    ['TRUSTED_PROXIES', '10.0.0.1 10.0.0.2', proxies],
    ['TRUSTED_PROXIES', '10.0.0.1:80', proxies],
    ['TRUSTED_PROXIES', 'fe80::1%eth0', proxies],
    ['METRICS_TOKEN', 'fifteen-letters', token],
    ['METRICS_TOKEN', 'with a space in the middle', token],
    ['SERVER_KEYS', 'k'.repeat(31), keys],
    ['SERVER_KEYS', `${'k'.repeat(32)},`, keys],
    ['GUESTS', 'yes', 'on or off'],
    ['GUESTS', 'On', 'on or off'],
    ['DRAIN_MS', '20001', 'milliseconds, 0 to 20000'],
    ['DRAIN_MS', '10s', 'milliseconds, 0 to 20000'],
    ['DRAIN_MS', '-1', 'milliseconds, 0 to 20000'],
    ['REDIS_URL', 'localhost:6379', redisUrl],
    ['REDIS_URL', 'http://localhost', redisUrl],
  ])('%s=%j has its row in the table, once', (name, value, expected) => {
    const [row, ...more] = rowsOf({ [name]: value });
    expect(row?.trim().startsWith(`${name} `)).toBe(true);
    expect(row?.endsWith(`  ${expected}`)).toBe(true);
    expect(more).toEqual([]);
  });

  it.each(['0.0.0.0', '::', '192.168.1.5', 'example.com', '127.0.0.1.example.com', ' '])(
    'HOST=%j without a secret or keys',
    (HOST) => {
      expect(rowsOf({ HOST })).toEqual([
        expect.stringMatching(/^ {2}HOST .*only loopback is served$/),
      ]);
      expect(readConfig({ HOST, AUTH_SECRET: secret }).host).toBe(HOST);
    },
  );

  it('several at once, in one table with straight columns', () => {
    const rows = rowsOf({ PORT: 'http', LOG_LEVEL: 'loud', GUESTS: 'maybe' });
    expect(rows).toEqual([
      `  PORT       "http"   ${port}`,
      `  LOG_LEVEL  "loud"   ${levels}`,
      '  GUESTS     "maybe"  on or off',
    ]);
  });

  it('a secret together with keys, and guests without a secret', () => {
    const env = { AUTH_SECRET: secret, JWKS_URL: 'https://id.example.com/jwks', GUESTS: 'on' };
    expect(rowsOf(env).map((row) => row.trim().split(' ')[0])).toEqual(['JWKS_URL', 'GUESTS']);
  });

  it('what is wrong, on one line each, whatever stands in it', () => {
    const rows = rowsOf({ LOG_LEVEL: 'a\nb\r\u001B[31m' });
    expect(rows).toHaveLength(1);
    // oxlint-disable-next-line no-control-regex
    expect(rows[0]).not.toMatch(/[\u0000-\u001F]/);
  });

  it('says what to do', () => {
    expect(() => readConfig({ PORT: 'x' })).toThrow(
      expect.objectContaining({ advice: expect.stringContaining('environment variables') }),
    );
  });
});

describe('a refusal', () => {
  const password = 'hunter2';

  it.each<Env>([
    { AUTH_SECRET: password },
    { AUTH_SECRET: `${password}-and-more-characters-behind`, JWKS_URL: 'https://id.example.com' },
    { AUTH_SECRET: `${password}-and-more-characters-behind`, PORT: 'x' },
    { METRICS_TOKEN: `${password} hunter` },
    { SERVER_KEYS: password },
    { REDIS_URL: `http://:${password}@localhost` },
    { JWKS_URL: `ftp://user:${password}@example.com` },
    { JWKS_URL: `https://user:${password}@example.com`, AUTH_SECRET: secret },
    { JWKS_URL: `https://user:${password}@example.com`, GUESTS: 'on' },
  ])('never prints a secret: %j', (env) => {
    const text = refusal(env).join('\n');
    expect(text).not.toContain(password);
    expect(text).not.toContain(secret);
  });
});
