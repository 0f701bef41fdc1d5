import { z } from 'zod';
import { StartError } from './start-error.ts';
import { trustedProxies } from './transport/client-address.ts';

const flag = z.enum(['on', 'off'], { error: 'on or off' });

const isOrigin = (text: string) => URL.canParse(text) && new URL(text).origin === text;
const list = z.string().transform((text) => text.split(',').map((item) => item.trim()));
const proxies = list.refine((items) => trustedProxies(items) !== undefined, {
  error: 'addresses or ranges such as 10.0.0.0/8, separated by commas',
});
const SERVER_KEY = /^[\x21-\x2b\x2d-\x7e]{32,}$/;
const origins = list.refine((items) => items.every(isOrigin), {
  error: 'origins such as https://example.com, separated by commas',
});

// With it a server has stopped within 30 s, which is what orchestrators grant by default.
const LONGEST_DRAIN_MS = 20_000;
const DRAIN_MS_WITH_REDIS = 10_000;

const environment = z.object({
  PORT: z
    .string()
    .regex(/^\d{1,5}$/, { error: 'a port, 0 to 65535' })
    .transform(Number)
    .refine((port) => port <= 65_535, { error: 'a port, 0 to 65535' })
    .default(3000),
  HOST: z.string().min(1).default('127.0.0.1'),
  DATA_DIR: z.string().min(1).default('./data'),
  LOG_LEVEL: z
    .enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'], {
      error: 'one of fatal, error, warn, info, debug, trace, silent',
    })
    .default('info'),
  AUTH_SECRET: z
    .string()
    .refine((secret) => Buffer.byteLength(secret) >= 32, { error: 'at least 32 bytes' })
    .optional(),
  JWKS_URL: z.url({ protocol: /^https?$/, error: 'an http(s) URL' }).optional(),
  AUTH_ISSUER: z.string().min(1).optional(),
  AUTH_AUDIENCE: z.string().min(1).optional(),
  ALLOWED_ORIGINS: origins.default([]),
  TRUSTED_PROXIES: proxies.default([]),
  METRICS_TOKEN: z
    .string()
    .regex(/^[\x21-\x7e]{16,}$/, { error: 'at least 16 printable ASCII characters, no spaces' })
    .optional(),
  SERVER_KEYS: list
    .refine((keys) => keys.every((key) => SERVER_KEY.test(key)), {
      error: 'keys of at least 32 printable ASCII characters, no spaces, separated by commas',
    })
    .default([]),
  GUESTS: flag.default('off'),
  LIMITS: flag.default('on'),
  DRAIN_MS: z
    .string()
    .regex(/^\d{1,5}$/, { error: 'milliseconds, 0 to 20000' })
    .transform(Number)
    .refine((ms) => ms <= LONGEST_DRAIN_MS, { error: 'milliseconds, 0 to 20000' })
    .optional(),
  REDIS_URL: z
    .url({
      protocol: /^rediss?$/,
      error: 'a URL such as redis://user:password@localhost:6379, or rediss:// for TLS',
    })
    .optional(),
});

/** How a server is set up: what the environment says, checked. */
export interface Config {
  /** 0 takes any free port. */
  readonly port: number;
  readonly host: string;
  /** `null` keeps everything in memory: for tests. */
  readonly dataDir: string | null;
  readonly logLevel: string;
  /** The Redis that nodes share. Unset: one node alone, with its data directory. */
  readonly redisUrl?: string | undefined;
  /** Over how long clients are asked to go to another node when the server closes, in milliseconds. Default 0: there is
   *  no other node. */
  readonly drainMs?: number;
  /** Where tokens come from. `development`: a secret kept in the data directory, guests welcome. */
  readonly auth:
    | { readonly mode: 'development' }
    | { readonly mode: 'secret'; readonly secret: string; readonly guests: boolean }
    | { readonly mode: 'keys'; readonly url: string };
  readonly claims: { readonly issuer: string | undefined; readonly audience: string | undefined };
  /** Origins of other sites whose pages may connect. The server's own is always allowed. */
  readonly allowedOrigins: readonly string[];
  /** Our own proxies, as addresses and ranges: only what comes from them is believed about where it comes
   *  from (`X-Forwarded-For`). Default: none. */
  readonly trustedProxies?: readonly string[];
  /** Whoever shows it may read `/metrics` from elsewhere. Default: nobody may. */
  readonly metricsToken?: string | undefined;
  /** Whoever shows one of these over REST is our own backend: it may publish every event and read every room.
   *  Default: none. */
  readonly serverKeys?: readonly string[] | undefined;
  /** `off` for benchmarks only: nothing that a client may hold or make wait is bounded then. */
  readonly limits: 'on' | 'off';
}

/** Reads the configuration. An empty variable counts as unset.
 *  @throws StartError with a table of everything that is wrong. */
export function readConfig(env: Readonly<Record<string, string | undefined>>): Config {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
  const parsed = environment.safeParse(given);
  const wrong = parsed.success
    ? contradictions(parsed.data)
    : parsed.error.issues.map(({ path, message }) => [String(path[0]), message] as const);
  if (!parsed.success || wrong.length > 0) throw refuse(given, wrong);
  const { PORT, HOST, DATA_DIR, LOG_LEVEL, ALLOWED_ORIGINS, TRUSTED_PROXIES } = parsed.data;
  return {
    port: PORT,
    host: HOST,
    dataDir: DATA_DIR,
    logLevel: LOG_LEVEL,
    redisUrl: parsed.data.REDIS_URL,
    drainMs: parsed.data.DRAIN_MS ?? (parsed.data.REDIS_URL ? DRAIN_MS_WITH_REDIS : 0),
    auth: authOf(parsed.data),
    claims: { issuer: parsed.data.AUTH_ISSUER, audience: parsed.data.AUTH_AUDIENCE },
    allowedOrigins: ALLOWED_ORIGINS,
    trustedProxies: TRUSTED_PROXIES,
    metricsToken: parsed.data.METRICS_TOKEN,
    serverKeys: parsed.data.SERVER_KEYS,
    limits: parsed.data.LIMITS,
  };
}

type Environment = z.output<typeof environment>;

function authOf({ AUTH_SECRET, JWKS_URL, GUESTS }: Environment): Config['auth'] {
  if (AUTH_SECRET !== undefined) {
    return { mode: 'secret', secret: AUTH_SECRET, guests: GUESTS === 'on' };
  }
  return JWKS_URL === undefined ? { mode: 'development' } : { mode: 'keys', url: JWKS_URL };
}

/** What is right by itself and wrong together. */
function contradictions(env: Environment): (readonly [string, string])[] {
  const { AUTH_SECRET, JWKS_URL, GUESTS, HOST } = env;
  const wrong: (readonly [string, string])[] = [];
  if (AUTH_SECRET !== undefined && JWKS_URL !== undefined) {
    wrong.push(['JWKS_URL', 'not together with AUTH_SECRET: choose one']);
  }
  if (GUESTS === 'on' && JWKS_URL !== undefined) {
    wrong.push(['GUESTS', 'guests need AUTH_SECRET: with JWKS_URL this server signs no tokens']);
  }
  if (AUTH_SECRET === undefined && JWKS_URL === undefined && !isLoopback(HOST)) {
    wrong.push([
      'HOST',
      'without AUTH_SECRET or JWKS_URL anybody may enter as anybody, so only loopback is served',
    ]);
  }
  return wrong;
}

/** Does a host name or address stay on this machine? */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host);
}

// The URLs may carry a password.
const SECRETS = ['AUTH_SECRET', 'JWKS_URL', 'REDIS_URL', 'METRICS_TOKEN', 'SERVER_KEYS'];

function refuse(
  given: Readonly<Record<string, string | undefined>>,
  wrong: readonly (readonly [string, string])[],
): StartError {
  const rows = wrong.map(([name, expected]) => {
    const value = given[name] === undefined ? '(default)' : JSON.stringify(given[name]);
    return [name, SECRETS.includes(name) ? '(hidden)' : value, expected] as const;
  });
  const widths = [0, 1].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const lines = rows.map(([name, value, expected]) =>
    `  ${name.padEnd(widths[0] ?? 0)}  ${value.padEnd(widths[1] ?? 0)}  ${expected}`.trimEnd(),
  );
  return new StartError(`the configuration is not valid:\n${lines.join('\n')}`, {
    advice: 'Correct these environment variables and start again.',
  });
}
