import { describe, expect, it } from 'vitest';
import { backup } from '../../cli/commands/backup.ts';
import { check } from '../../cli/commands/check.ts';
import { docs } from '../../cli/commands/docs.ts';
import { replay } from '../../cli/commands/replay.ts';
import { restore } from '../../cli/commands/restore.ts';
import { send } from '../../cli/commands/send.ts';
import { serve } from '../../cli/commands/serve.ts';
import { tail } from '../../cli/commands/tail.ts';
import { token } from '../../cli/commands/token.ts';
import { parseAboveZero, parseCount, parseDuration } from '../../cli/numbers.ts';
import { parseOptions } from '../../cli/options.ts';
import { dueTimes } from '../../cli/replay/pace.ts';
import { parseServerUrl } from '../../cli/server-url.ts';
import { runCli } from './run-cli.ts';

const usage = {
  name: 'demo',
  summary: 'Try options.',
  args: [
    { name: 'FIRST', says: 'needed' },
    { name: 'SECOND', says: 'not needed', isOptional: true },
  ],
  options: {
    url: { value: 'URL', default: 'd', env: 'DEMO_URL', says: 'where' },
    loud: { says: 'noise' },
  },
  examples: ['trpc-rooms demo x'],
} as const;

describe('options', () => {
  const urlOf = (argv: string[], env = {}) => parseOptions(usage, argv, env).values.url;

  it('come from the command line, then the environment, then the default', () => {
    expect(urlOf(['x', '--url', 'u'], { DEMO_URL: 'e' })).toBe('u');
    expect(urlOf(['x'], { DEMO_URL: 'e' })).toBe('e');
    expect(urlOf(['x'], { DEMO_URL: '' })).toBe('d');
  });

  it('are switches where they have no value', () => {
    expect(parseOptions(usage, ['x', '--loud'], {}).values.loud).toBe(true);
    expect(parseOptions(usage, ['x'], {}).values.loud).toBe(false);
  });

  it('stand apart from arguments, which may look like them after --', () => {
    expect(parseOptions(usage, ['x', '--', '--loud'], {}).args).toEqual(['x', '--loud']);
  });

  it('take a value that begins with a dash, but no other option', () => {
    expect(urlOf(['x', '--url', '-a_b:7'])).toBe('-a_b:7');
    expect(urlOf(['x', '--url', '--a:7'])).toBe('--a:7');
    expect(() => urlOf(['x', '--url', '--loud'])).toThrow('--url');
    expect(parseOptions(usage, ['--', '--url', '-a'], {}).args).toEqual(['--url', '-a']);
  });

  it.each([
    [[], 'FIRST'],
    [['a', 'b', 'c'], '"c"'],
    [['a', '--nope'], '--nope'],
    [['a', '--url'], '--url'],
  ])('are refused with exit code 2 when they are wrong: %j', (argv, words) => {
    const parse = () => parseOptions(usage, argv, {});
    expect(parse).toThrow(expect.objectContaining({ exitCode: 2, code: 'USAGE' }));
    expect(parse).toThrow(words);
  });
});

describe('the command line', () => {
  it.each(['serve', 'token', 'tail', 'send', 'replay'])('explains %s', async (name) => {
    const { code, stdout, stderr } = await runCli([name, '--help']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain(`Usage: trpc-rooms ${name}`);
    expect(stdout).toContain('--json');
    expect(stdout).toContain('Examples:');
  });

  it('takes every example of its help', () => {
    const commands = [backup, check, docs, replay, restore, send, serve, tail, token];
    const usages = new Map(commands.map(({ usage: own }) => [own.name, own]));
    const called = commands.flatMap(({ usage: own }) => own.examples.flatMap(callsOf));
    expect(called.length).toBeGreaterThan(commands.length);
    for (const [name = '', ...argv] of called) {
      const own = usages.get(name);
      expect(own && parseOptions(own, argv, {})).toBeDefined();
    }
  });

  it('shows its commands and its version', async () => {
    expect((await runCli(['--help'])).stdout).toMatch(/serve .*\n.*token/);
    expect(await runCli(['--version'])).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/),
    });
    expect(await runCli([])).toMatchObject({ code: 2, stderr: expect.stringContaining('Usage') });
  });

  it('says what to do about a command that is not there', async () => {
    const { code, stderr } = await runCli(['srve']);
    expect(code).toBe(2);
    expect(stderr).toContain('there is no command "srve"; there are serve, token');
    expect(stderr).toContain('trpc-rooms --help');
  });

  it('tells programs of failures as JSON', async () => {
    const { code, stdout, stderr } = await runCli(['tail', 'a/b', '--json']);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(JSON.parse(stderr)).toEqual({
      error: { code: 'USAGE', message: expect.stringContaining('a/b'), advice: expect.any(String) },
    });
  });
});

describe('values', () => {
  it('are counts within their range', () => {
    expect(parseCount('n', '12', { min: 1 })).toBe(12);
    for (const text of ['-1', '1.5', '0', 'x', '']) {
      expect(() => parseCount('n', text, { min: 1 })).toThrow('--n must be a whole number');
    }
  });

  it('are numbers above 0', () => {
    expect(parseAboveZero('speed', '0.5')).toBe(0.5);
    expect(() => parseAboveZero('speed', '0')).toThrow('--speed');
  });

  it('are lengths of time', () => {
    const parsed = ['30s', '15m', '12h', '7d'].map((text) => parseDuration('ttl', text));
    expect(parsed).toEqual([30_000, 900_000, 43_200_000, 604_800_000]);
    for (const text of ['0s', '10', '1w', '-1h', '9999999d']) {
      expect(() => parseDuration('ttl', text)).toThrow('--ttl must read like');
    }
  });

  it.each([
    ['http://h:1', 'ws://h:1/trpc', 'http://h:1'],
    ['https://h/app/', 'wss://h/app/trpc', 'https://h/app'],
    ['ws://h:1/trpc', 'ws://h:1/trpc', 'http://h:1'],
    ['wss://h/trpc/', 'wss://h/trpc', 'https://h'],
  ])('are addresses of servers: %s', (text, trpc, http) => {
    expect(parseServerUrl(text)).toEqual({ trpc, http });
  });

  it.each(['h:1', 'ftp://h', ''])('are no addresses: %j', (text) => {
    expect(() => parseServerUrl(text)).toThrow('--url must be an address');
  });
});

describe('the pace', () => {
  const line = (atMs?: number) => ({ number: 1, atMs, type: 'join', by: 'a' }) as const;

  it('spreads the lines of one minute over it, at a multiple of real time', () => {
    expect(dueTimes([line(0), line(0), line(60_000)], 2)).toEqual([0, 15_000, 30_000]);
  });

  it('carries times on and never goes back', () => {
    const lines = [line(), line(1_000), line(), line(500), line(1_500)];
    expect(dueTimes(lines, 1)).toEqual([0, 125, 250, 375, 500]);
  });
});

/** What an example calls, word by word: also what it takes the output of. */
function callsOf(example: string): string[][] {
  const inner = [...example.matchAll(/\$\(trpc-rooms ([^)]*)\)/g)].map(([, words = '']) => words);
  const outer = example
    .replace(/\$\([^)]*\)/g, 'x')
    .split('trpc-rooms ')
    .slice(1);
  return [...inner, ...outer].map((words) =>
    (words.match(/"[^"]*"|\S+/g) ?? []).map((word) => word.replaceAll('"', '')),
  );
}
