import { request } from 'node:http';
import { describe, expect, it } from 'vitest';
import { knock } from '../kit/knock.ts';
import { call, rawSocket } from '../kit/raw-socket.ts';
import { readyServer } from '../kit/ready-server.ts';
import { tempDir } from '../kit/temp-dir.ts';
import { waitFor } from '../kit/wait-for.ts';

const metricsToken = 'a-token-of-enough-letters';

/** The status, and every figure by its name and labels. */
async function scrape(url: string, headers: Record<string, string> = {}) {
  // Not fetch: that sets the Host by itself.
  const { status, text } = await new Promise<{ status: number | undefined; text: string }>(
    (resolve, reject) => {
      const req = request(`${url}/metrics`, { headers }, (res) => {
        let body = '';
        res.setEncoding('utf8').on('data', (chunk: string) => (body += chunk));
        res.on('end', () => resolve({ status: res.statusCode, text: body }));
      });
      req.on('error', reject).end();
    },
  );
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  const figures = Object.fromEntries(
    lines.map((line) => {
      const at = line.lastIndexOf(' ');
      return [line.slice(0, at).replace('trpc_rooms_', ''), Number(line.slice(at + 1))];
    }),
  );
  return { status, text, figures };
}

describe('/metrics', () => {
  it('[OPS1] counts connections, refusals and closes', async () => {
    const server = await readyServer({}, { limits: { connections: 2 } });
    const socket = await rawSocket(server.socketUrl, await server.token('ada'));
    socket.send(call(1, 'mutation', 'chat.send', { room: 'r', text: 7 }));
    await socket.next();
    const refused = await rawSocket(server.socketUrl, 'no-token');
    await refused.closed;
    await waitFor(async () => expect((await knock(server.socketUrl)).status).toBe(101));
    await knock(server.socketUrl);
    await knock(server.socketUrl, { origin: 'https://evil.example' });
    expect((await scrape(server.url)).figures).toMatchObject({
      connections: 2,
      connections_opened_total: 3,
      'connections_closed_total{code="1008"}': 1,
      'upgrades_refused_total{status="503"}': expect.any(Number),
      'upgrades_refused_total{status="403"}': 1,
      'calls_refused_total{reason="BAD_INPUT"}': 1,
      'calls_refused_total{reason="TOKEN_REFUSED"}': 1,
      received_bytes_total: expect.any(Number),
    });
    socket.ws.close(3333);
    await waitFor(async () => {
      const { figures } = await scrape(server.url);
      expect(figures['connections_closed_total{code="other"}']).toBe(1);
    });
  });

  it('[OPS1] counts bytes received on connections that live and on those that are gone', async () => {
    const server = await readyServer();
    const bytes = async () => (await scrape(server.url)).figures['received_bytes_total'] ?? 0;
    const socket = await rawSocket(server.socketUrl, await server.token('ada'));
    const ask = async (id: number) => {
      socket.send(call(id, 'query', 'chat.members', { room: 'r' }));
      await socket.next();
    };
    await ask(1);
    const before = await bytes();
    expect(before).toBeGreaterThan(100);
    await ask(2);
    const live = await bytes();
    expect(live).toBeGreaterThan(before);
    socket.ws.close();
    await socket.closed;
    await waitFor(async () => {
      expect((await scrape(server.url)).figures['connections']).toBe(0);
    });
    expect(await bytes()).toBeGreaterThanOrEqual(live);
  });

  it('[OPS1] knows the time and the events of commits', async () => {
    const server = await readyServer({ dataDir: tempDir() });
    const socket = await rawSocket(server.socketUrl, await server.token('ada'));
    for (let id = 1; id <= 3; id += 1) {
      socket.send(call(id, 'mutation', 'chat.send', { room: 'r', text: 'hi' }));
      await socket.next();
    }
    const { figures } = await scrape(server.url);
    expect(figures).toMatchObject({
      commit_events_count: 3,
      commit_events_sum: 3,
      'commit_events_bucket{le="1"}': 3,
      commit_duration_seconds_count: 3,
    });
    expect(figures['commit_duration_seconds_sum']).toBeGreaterThan(0);
    expect(figures['commit_duration_seconds_sum']).toBeLessThan(3);
  });

  it('[OPS1] knows how late the event loop was, from the second time that it is asked', async () => {
    const { url } = await readyServer();
    await waitFor(async () => {
      const { figures } = await scrape(url);
      expect(figures['event_loop_delay_seconds{quantile="0.99"}']).toBeLessThan(10);
      expect(figures['event_loop_delay_seconds{quantile="0.5"}']).toBeGreaterThanOrEqual(0);
    });
  });

  it('[OPS1] speaks the text format: a type for every figure, counters that end in _total', async () => {
    const { url } = await readyServer();
    const { text } = await scrape(url);
    const types = new Map(
      [...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name, type]) => [name, type]),
    );
    for (const line of text.split('\n').filter((one) => one !== '' && !one.startsWith('#'))) {
      expect(line).toMatch(/^[a-z0-9_]+(\{[a-z]+="[^"]*"\})? [0-9.e+-]+$/);
      const name = line.split(/[{ ]/)[0]?.replace(/_(bucket|sum|count)$/, '');
      expect(types.has(name)).toBe(true);
    }
    for (const [name, type] of types) expect(name?.endsWith('_total')).toBe(type === 'counter');
  });
});

describe('who reads /metrics', () => {
  it('[OPS1] is this machine, by a name of this machine', async () => {
    const { url } = await readyServer({ metricsToken });
    const { port } = new URL(url);
    expect((await scrape(url)).status).toBe(200);
    expect((await scrape(url, { host: `localhost:${port}` })).status).toBe(200);
    expect((await scrape(url, { host: 'rooms.example.com' })).status).toBe(401);
  });

  it.each<Record<string, string>>([
    { 'x-forwarded-for': '127.0.0.1' },
    { 'x-forwarded-for': '' },
    { forwarded: 'for=127.0.0.1' },
    { 'x-real-ip': '127.0.0.1' },
    { via: '1.1 proxy' },
  ])('[OPS1] is nobody behind a proxy of this machine: %j', async (headers) => {
    const { url } = await readyServer({ metricsToken });
    const refused = await scrape(url, headers);
    expect(refused.status).toBe(401);
    expect(refused.text).not.toContain('trpc_rooms');
    const authorization = `Bearer ${metricsToken}`;
    expect((await scrape(url, { ...headers, authorization })).status).toBe(200);
  });

  it('[OPS1] is not a trusted proxy, which only passes on what others ask', async () => {
    const { url } = await readyServer({ trustedProxies: ['127.0.0.0/8'], metricsToken });
    expect((await scrape(url)).status).toBe(401);
    expect((await scrape(url, { authorization: `Bearer ${metricsToken}` })).status).toBe(200);
  });

  it('[OPS1] is nobody with another token, or with any where none is set', async () => {
    const withToken = await readyServer({ metricsToken });
    const without = await readyServer();
    for (const token of [
      'x',
      metricsToken.slice(1),
      `${metricsToken}x`,
      metricsToken.toUpperCase(),
    ]) {
      expect((await scrape(withToken.url, { authorization: `Bearer ${token}` })).status).toBe(401);
      expect((await scrape(without.url, { authorization: `Bearer ${token}` })).status).toBe(401);
    }
  });
});
