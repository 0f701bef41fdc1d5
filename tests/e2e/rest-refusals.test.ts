import { describe, expect, it } from 'vitest';
import { restAs } from '../kit/rest.ts';
import { restServer } from '../kit/rest-server.ts';

describe('REST that is called wrongly', () => {
  it('explains bad JSON, wrong types, unknown paths and methods; never a stack', async () => {
    const { ada, ready } = await restServer();
    const nobody = await restAs(ready, 'nobody');
    const send = 'chat/rooms/r/send';
    const deep = `{"text":${'['.repeat(5_000)}${']'.repeat(5_000)}}`;
    const answers = [
      [await ada('POST', send, '{'), 400, 'BAD_INPUT'],
      [await ada('POST', send, '[1]'), 400, 'BAD_INPUT'],
      [await ada('POST', send, 'null'), 400, 'BAD_INPUT'],
      [await ada('POST', send), 400, 'BAD_INPUT'],
      [await ada('POST', send, { text: 7 }), 400, 'BAD_INPUT'],
      [await ada('POST', send, { text: 'x', more: 1 }), 400, 'BAD_INPUT'],
      [await ada('POST', send, { text: 'x', room: 'other' }), 400, 'BAD_INPUT'],
      [await ada('POST', send, '{"text":"x","__proto__":{}}'), 400, 'BAD_INPUT'],
      [await ada('POST', send, deep), 400, 'BAD_INPUT'],
      [await ada('POST', send, { text: 'x'.repeat(70_000) }), 413, 'TOO_LARGE'],
      [await ada('POST', 'chat/rooms/%E0%A4%A/send', { text: 'x' }), 400, 'BAD_INPUT'],
      [await ada('POST', 'chat/rooms/a%2Fb/send', { text: 'x' }), 400, 'BAD_INPUT'],
      [await ada('GET', 'chat/rooms/r/nope'), 404, 'NO_SUCH_PATH'],
      [await ada('GET', '__proto__/rooms/r/constructor'), 404, 'NO_SUCH_PATH'],
      [await ada('GET', 'x'.repeat(3_000)), 404, 'NO_SUCH_PATH'],
      [await ada('GET', send), 405, 'METHOD_NOT_ALLOWED'],
      [await ada('PUT', send, {}), 405, 'METHOD_NOT_ALLOWED'],
      [await nobody('POST', send, { text: 'x' }), 401, 'UNAUTHENTICATED'],
      [await ada('POST', `${send}?text=x`, { text: 'x' }), 400, 'BAD_INPUT'],
      // For backends alone.
      [await ada('GET', 'chat/rooms/r/latest'), 403, 'FORBIDDEN'],
      [await nobody('GET', 'chat/rooms/r/latest'), 401, 'UNAUTHENTICATED'],
      [
        await (await restAs(ready, { bearer: 'a-mistyped-key' }))('GET', 'chat/rooms/r/latest'),
        401,
        'TOKEN_REFUSED',
      ],
      [await (await restAs(ready, { bearer: 'bad' }))('GET', 'me/state'), 401, 'TOKEN_REFUSED'],
    ] as const;
    for (const [{ status, headers, body }, expected, reason] of answers) {
      expect([status, body.reason, headers.get('content-type')]).toEqual([
        expected,
        reason,
        'application/problem+json',
      ]);
      expect(body).toMatchObject({ type: `/docs/errors#${reason}`, title: reason, status });
      expect(body['advice']).toBeTruthy();
      expect(JSON.stringify(body)).not.toMatch(/\.ts|node_modules|at \w+ \(/);
    }
    expect(answers[17][0].headers.get('www-authenticate')).toBe('Bearer');
    expect(answers[15][0].headers.get('allow')).toBe('POST');
  });

  it('says what is wrong, field by field where a field is wrong', async () => {
    const { ada } = await restServer();
    const send = 'chat/rooms/r/send';
    const answers = [
      [await ada('POST', send, '{'), 'the body is not JSON', undefined],
      [await ada('POST', send, { text: 'x', room: 'r' }), 'room stands in the path', undefined],
      [await ada('POST', send, { text: '' }), 'text: ', ['text']],
      [await ada('GET', 'chat/rooms/r/history?after=x'), 'after: must be a position', ['after']],
      [await ada('POST', 'me/markSeen', { position: 'E:-1' }), 'position: must be', ['position']],
    ] as const;
    for (const [{ body }, says, fields] of answers) {
      expect(body).toMatchObject({ reason: 'BAD_INPUT', detail: expect.stringContaining(says) });
      expect(body['issues']?.map(({ path }: { path: string }) => path)).toEqual(fields);
      // Nobody is sent to look where there is nothing.
      expect(body['advice']).toContain('where it can');
    }
  });

  it('says when to come back to whoever calls too often', async () => {
    const { ada } = await restServer({ publishing: { user: { perSecond: 1, burst: 1 } } });
    await ada('POST', 'chat/rooms/r/send', { text: 'x' });
    const refused = await ada('POST', 'chat/rooms/r/send', { text: 'x' });
    expect(refused).toMatchObject({ status: 429, body: { reason: 'TOO_MANY', retryable: true } });
    expect(refused.headers.get('retry-after')).toBe('1');
    expect(refused.body['retryAfterMs']).toBeGreaterThan(0);
  });

  it('shows nothing of a fault but its id', async () => {
    const { ada } = await restServer({
      authorize: () => {
        throw new Error('secrets of the house');
      },
      logger: (await import('pino')).pino({ level: 'silent' }),
    });
    const { status, body } = await ada('GET', 'chat/rooms/r/members');
    expect([status, body.reason]).toEqual([500, 'INTERNAL']);
    expect(body['detail']).toMatch(/^internal error \(fault [0-9a-f]{12}\)$/);
  });
});
