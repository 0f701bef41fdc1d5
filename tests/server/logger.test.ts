import { describe, expect, it } from 'vitest';
import { TRPCError } from '@trpc/server';
import { signToken } from '../../server/auth/tokens.ts';
import { createLogger, type Logger } from '../../server/logger.ts';
import { RoomError } from '../../shared/index.ts';

const secret = 'a-secret-of-thirty-two-characters';
const token = await signToken(secret, { id: 'ada', name: 'Ada', expiresAt: Date.now() + 60_000 });

/** What stands in the log after `write`, as it would stand on standard output. */
function logged(write: (logger: Logger) => void): string {
  let text = '';
  const destination = { write: (line: string) => void (text += line) };
  write(createLogger('trace', destination));
  return text;
}

const read = (text: string) => JSON.parse(text) as Record<string, unknown>;

describe('the log', () => {
  it('is one JSON object a line, with the time and no name of the machine', () => {
    const text = logged((logger) => logger.info({ room: 'general' }, 'joined'));
    expect(text.endsWith('}\n')).toBe(true);
    expect(Object.keys(read(text))).toEqual(['level', 'time', 'room', 'msg']);
    expect(read(text)['time']).toMatch(/^\d{4}-\d\d-\d\dT/);
  });

  it.each<[where: string, write: (logger: Logger) => void]>([
    ['a field', (logger) => logger.info({ token })],
    ['a field of a field', (logger) => logger.info({ info: { token } })],
    [
      'the parameters of a connection',
      (logger) => logger.info({ info: { connectionParams: { token } } }),
    ],
    [
      'a header',
      (logger) => logger.info({ req: { headers: { authorization: `Bearer ${token}` } } }),
    ],
    ['headers alone', (logger) => logger.info({ headers: { authorization: `Bearer ${token}` } })],
    ['a field far down', (logger) => logger.info({ a: { b: { c: { d: { token } } } } })],
    ['a list', (logger) => logger.info({ list: [{ token }, token] })],
    ['a field of another name', (logger) => logger.info({ jwt: token })],
    ['the message', (logger) => logger.info(`refused ${token}`)],
    ['an argument of the message', (logger) => logger.info('refused %s', token)],
    ['a URL', (logger) => logger.info({ url: `/trpc?connectionParams={"token":"${token}"}` })],
    [
      'a URL, encoded',
      (logger) => logger.info({ url: `/trpc?p=${encodeURIComponent(`{"token":"${token}"}`)}` }),
    ],
    ["an error's message", (logger) => logger.error({ err: new Error(`bad ${token}`) })],
    [
      "an error's cause",
      (logger) => logger.error({ err: new Error('bad', { cause: new Error(token) }) }),
    ],
    [
      "an error's field",
      (logger) => logger.error({ err: Object.assign(new Error('bad'), { token }) }),
    ],
    ['a child', (logger) => logger.child({ token }).info('here')],
  ])('never holds a token that was given it as %s', (_, write) => {
    const text = logged(write);
    expect(text).toContain('[redacted]');
    for (const part of token.split('.').slice(1)) expect(text).not.toContain(part);
    expect(() => read(text)).not.toThrow();
  });

  it('never holds a secret that stands under its name', () => {
    const text = logged((logger) =>
      logger.info({ secret, auth: { secret }, config: { auth: { secret } } }),
    );
    expect(text).not.toContain(secret);
  });

  it.each([
    ['newlines', 'one\ntwo\r\nthree'],
    ['ANSI escapes', '\u001B[2J\u001B[31mred'],
    ['C1 controls', 'a\u009B31mred\u0085b\u007F'],
    ['line and paragraph separators', 'a\u2028b\u2029c'],
    ['a line that looks like another entry', '"}\n{"level":60,"msg":"forged"}'],
  ])('keeps %s on one line, escaped', (_, payload) => {
    const text = logged((logger) =>
      logger.info({ room: payload, err: new Error(payload) }, payload),
    );
    // oxlint-disable-next-line no-control-regex
    expect(text.slice(0, -1)).not.toMatch(/[\u0000-\u001F\u007F-\u009F\u2028\u2029]/);
    expect(read(text)).toMatchObject({ room: payload, msg: payload });
  });

  it('holds what went wrong, with its causes', () => {
    const cause = new RoomError('LOG_UNAVAILABLE', 'no space', { cause: new Error('ENOSPC') });
    const error = new TRPCError({ code: 'INTERNAL_SERVER_ERROR', cause });
    const text = logged((logger) => logger.error({ err: error }, 'a call failed'));
    expect(text).toContain('no space');
    expect(text).toContain('ENOSPC');
  });

  it('survives what cannot be written as JSON', () => {
    const circle: Record<string, unknown> = { big: 5n };
    circle['self'] = circle;
    expect(() => read(logged((logger) => logger.info({ circle })))).not.toThrow();
  });
});
