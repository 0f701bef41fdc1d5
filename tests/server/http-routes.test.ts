import { describe, expect, it } from 'vitest';
import { httpServer, statusOf } from '../kit/http-server.ts';

const enter = (url: string, body: string) => fetch(`${url}/api/guest`, { method: 'POST', body });

describe('the routes', () => {
  it('say that the process lives, and whether it is ready', async () => {
    const { url } = await httpServer();
    expect(await (await fetch(`${url}/healthz`)).json()).toEqual({ status: 'alive' });
    expect(await (await fetch(`${url}/readyz`)).json()).toEqual({ status: 'ready' });
    const busy = await httpServer({ notReady: 'the disk is full' });
    const answer = await fetch(`${busy.url}/readyz`);
    expect([answer.status, await answer.json()]).toEqual([
      503,
      { status: 'not ready', reason: 'the disk is full' },
    ]);
  });

  it('answer a path that is not there, and a method that is not taken', async () => {
    const { url } = await httpServer();
    expect((await fetch(`${url}/nope`)).status).toBe(404);
    expect((await fetch(`${url}/constructor`)).status).toBe(404);
    const wrong = await fetch(`${url}/api/guest`);
    expect([wrong.status, wrong.headers.get('allow')]).toEqual([405, 'POST']);
    expect((await fetch(`${url}/healthz`, { method: 'HEAD' })).status).toBe(200);
  });

  it.each([
    '',
    '{',
    'null',
    '[]',
    '{}',
    '"Ada"',
    '{"name":"Ada","id":"guest-2"}',
    '{"name":"Ada","__proto__":{}}',
  ])('refuse the body %j', async (body) => {
    const { url } = await httpServer();
    const answer = await enter(url, body);
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({
      status: 400,
      reason: 'BAD_INPUT',
      retryable: false,
    });
  });

  it('answer a body that is too large, however it comes', async () => {
    const { url, raw } = await httpServer();
    const body = JSON.stringify({ name: 'x'.repeat(8_000_000) });
    const answer = await enter(url, body);
    const detail = 'a body has 65,536 bytes at most';
    expect(answer.status).toBe(413);
    expect(await answer.json()).toMatchObject({ reason: 'TOO_LARGE', detail });
    const chunk = `${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`;
    const head =
      'POST /api/guest HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n';
    expect(statusOf(await raw(head + chunk))).toBe(413);
  });

  it('tell whoever asks near by where to go', async () => {
    const { url } = await httpServer();
    const detailOf = async (path: string) => {
      const answer = await fetch(`${url}${path}`);
      return [answer.status, ((await answer.json()) as { detail: string }).detail];
    };
    expect(await detailOf('/trpc')).toEqual([404, expect.stringContaining('/trpc/PROCEDURE')]);
    expect(await detailOf('/')).toEqual([404, expect.stringContaining('/docs')]);
    expect(await detailOf('/nope')).toEqual([404, 'there is no /nope here']);
  });

  it('tell nothing of a fault', async () => {
    const { url } = await httpServer();
    const answer = await enter(url, '{"name":"fault"}');
    expect(answer.status).toBe(500);
    expect(await answer.text()).not.toMatch(/secrets|at .*:\d+/);
  });
});
