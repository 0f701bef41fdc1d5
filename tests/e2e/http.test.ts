import { createTRPCClient, httpLink } from '@trpc/client';
import superjson from 'superjson';
import { describe, expect, it } from 'vitest';
import type { RoomsRouter } from '../../client/index.ts';
import type { TestServer } from '../../server/testing.ts';
import type { chat } from '../../shared/index.ts';
import { startServer } from '../kit/clients.ts';
import { readyServer } from '../kit/ready-server.ts';
import { waitFor } from '../kit/wait-for.ts';

function httpClient(server: TestServer, token?: string) {
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
  return createTRPCClient<RoomsRouter<{ chat: typeof chat }>>({
    links: [httpLink({ url: `${server.url}/trpc`, headers, transformer: superjson })],
  });
}

interface ServerSentEvent {
  readonly event?: string;
  readonly id?: string;
  readonly data?: string;
}

/** Reads an event stream as any program would, without EventSource. */
async function* eventStream(response: Response): AsyncGenerator<ServerSentEvent> {
  let text = '';
  const decoder = new TextDecoder();
  for await (const chunk of response.body ?? []) {
    text += decoder.decode(chunk, { stream: true });
    for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
      const lines = text.slice(0, end).split('\n');
      text = text.slice(end + 2);
      yield Object.fromEntries(lines.map((line) => line.split(/: ?(.*)/s).slice(0, 2)));
    }
  }
}

function subscribe(server: TestServer, token: string, lastEventId?: string) {
  const input = encodeURIComponent(JSON.stringify({ json: { room: 'r' } }));
  const stop = new AbortController();
  const headers: Record<string, string> = { authorization: `Bearer ${token}` };
  if (lastEventId !== undefined) headers['last-event-id'] = lastEventId;
  const url = `${server.url}/trpc/chat.events?input=${input}`;
  return { stop, response: fetch(url, { headers, signal: stop.signal }) };
}

describe('tRPC over HTTP', () => {
  it('calls mutations and queries', async () => {
    const server = await startServer();
    const trpc = httpClient(server, await server.token('ada'));
    const ack = await trpc.chat.send.mutate({ room: 'r', text: 'hi' });
    expect((await trpc.chat.history.query({ room: 'r' })).events[0]?.id).toBe(ack.id);
  });

  it('[TRN6] takes 32 calls in one request, and runs none of more', async () => {
    const server = await startServer();
    const headers = { authorization: `Bearer ${await server.token('ada')}` };
    const ask = (count: number) => {
      const each = (what: (no: number) => unknown) =>
        Array.from({ length: count }, (_, no) => what(no));
      const paths = each(() => 'chat.members').join(',');
      const inputs = Object.fromEntries(
        each((no) => [no, { json: { room: 'r' } }]) as [number, unknown][],
      );
      const input = encodeURIComponent(JSON.stringify(inputs));
      return fetch(`${server.url}/trpc/${paths}?batch=1&input=${input}`, { headers });
    };
    expect((await ask(32)).status).toBe(200);
    const refused = await ask(33);
    expect(refused.status).toBe(400);
    expect(JSON.stringify(await refused.json())).toContain('BAD_INPUT');
  });

  it('streams a room as server-sent events, and resumes by Last-Event-ID', async () => {
    const server = await startServer();
    const token = await server.token('ada');
    const trpc = httpClient(server, token);
    const first = await trpc.chat.send.mutate({ room: 'r', text: 'a' });
    const second = await trpc.chat.send.mutate({ room: 'r', text: 'b' });
    const { response, stop } = subscribe(server, token, first.position);
    const seen: ServerSentEvent[] = [];
    for await (const event of eventStream(await response)) {
      seen.push(event);
      if (event.id === second.position) break;
    }
    stop.abort();
    expect(seen.map(({ id }) => id?.replace(/\/.*/, '/n'))).toEqual([
      undefined,
      `${first.position}/n`,
      second.position,
    ]);
    expect(seen[2]?.data).toContain('"text":"b"');
  });

  it('[PRE1] leaves the room when an event stream is aborted while it waits', async () => {
    const server = await startServer({ presence: { holdMs: 0 } });
    const token = await server.token('ada');
    const trpc = httpClient(server, token);
    const { response, stop } = subscribe(server, token);
    for await (const event of eventStream(await response)) if (event.id) break;
    const members = async () => (await trpc.chat.members.query({ room: 'r' })).count;
    stop.abort();
    await waitFor(async () => expect(await members()).toBe(0));
  });

  it('answers 401 without a token, 400 with issues, 404 and 413', async () => {
    const server = await startServer();
    const nobody = httpClient(server);
    const ada = httpClient(server, await server.token('ada'));
    await expect(nobody.chat.members.query({ room: 'r' })).rejects.toMatchObject({
      data: { httpStatus: 401, reason: 'UNAUTHENTICATED' },
    });
    await expect(httpClient(server, 'bad').chat.members.query({ room: 'r' })).rejects.toMatchObject(
      {
        data: { httpStatus: 401, reason: 'TOKEN_REFUSED' },
      },
    );
    await expect(ada.chat.send.mutate({ room: '..', text: 'x' })).rejects.toMatchObject({
      data: { httpStatus: 400, reason: 'BAD_INPUT', issues: [{ path: 'room' }] },
    });
    await expect(
      ada.chat.send.mutate({ room: 'r', text: 'x'.repeat(70_000) }),
    ).rejects.toMatchObject({ data: { httpStatus: 413, reason: 'TOO_LARGE' } });
    expect((await fetch(`${server.url}/trpc/nope`)).status).toBe(404);
  });
});

describe('other routes', () => {
  it('says that it is alive and ready', async () => {
    const server = await startServer();
    expect(await (await fetch(`${server.url}/healthz`)).json()).toEqual({ status: 'alive' });
    expect(await (await fetch(`${server.url}/readyz`)).json()).toEqual({ status: 'ready' });
  });

  it('gives guests a token, and a new name under the same id to one who shows it', async () => {
    const server = await startServer();
    const guest = async (name: unknown, token?: string) => {
      const headers: Record<string, string> = token ? { authorization: `Bearer ${token}` } : {};
      const body = JSON.stringify({ name });
      const response = await fetch(`${server.url}/api/guest`, { method: 'POST', headers, body });
      return { status: response.status, body: await response.json() };
    };
    const first = await guest('Ada');
    expect(first).toMatchObject({ status: 200, body: { user: { name: 'Ada' } } });
    const renamed = await guest('Lady Ada', first.body.token);
    expect(renamed.body.user).toEqual({ id: first.body.user.id, name: 'Lady Ada' });
    expect(await guest('a\u202eb')).toMatchObject({ status: 400, body: { reason: 'BAD_INPUT' } });
    expect(await guest(7)).toMatchObject({ status: 400 });
    const real = await server.token('root');
    expect(await guest('root', real)).toMatchObject({ status: 403, body: { reason: 'FORBIDDEN' } });
  });

  it('says how guests come in where they are off', async () => {
    const auth = {
      mode: 'secret',
      secret: 'a secret of thirty-two characters',
      guests: false,
    } as const;
    const { url } = await readyServer({ auth });
    const answer = await fetch(`${url}/api/guest`, { method: 'POST', body: '{"name":"Ada"}' });
    expect([answer.status, await answer.json()]).toMatchObject([
      404,
      {
        reason: 'NO_SUCH_PATH',
        detail: expect.stringMatching(/^guests are off here: .*GUESTS=on/),
      },
    ]);
  });

  it('answers with problem details: 404, 405, a body that is no JSON', async () => {
    const server = await startServer();
    expect((await fetch(`${server.url}/nope`)).status).toBe(404);
    expect((await fetch(`${server.url}/__proto__`)).status).toBe(404);
    const wrong = await fetch(`${server.url}/api/guest`);
    expect([wrong.status, wrong.headers.get('allow')]).toEqual([405, 'POST']);
    const garbage = await fetch(`${server.url}/api/guest`, { method: 'POST', body: '{' });
    expect(garbage.status).toBe(400);
    expect(garbage.headers.get('content-type')).toBe('application/problem+json');
  });

  it('lets pages of no other origin in', async () => {
    const server = await startServer();
    const from = async (origin: string) =>
      (await fetch(`${server.url}/healthz`, { headers: { origin } })).status;
    expect(await from(server.url)).toBe(200);
    expect(await from('https://evil.example')).toBe(403);
    expect(await from('null')).toBe(403);
  });
});
