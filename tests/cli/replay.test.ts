import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { serverProcess } from '../kit/server-process.ts';
import { tempDir } from '../kit/temp-dir.ts';
import { runCli, startCli } from './run-cli.ts';

const SECRET = 'a secret of thirty-two characters';

const IRC = `=== mode/#rooms [+o ada]  by ChanServ
[10:00] <ada> hello
=== bob [b@example.org]  has joined #rooms
=== lurker [l@example.org]  has joined #rooms
[10:00] <bob> hi ada
[10:01]  * bob waves
=== bob is now known as bobby
[10:01] <bobby> still me
[10:01] <ada>
=== bobby [b@example.org]  has quit [gone]
[10:02] <ada> 日本語 😀
[10:02] <c[a]rol> hello?
=== bobby [b@example.org]  has joined #rooms
[10:03] <bobby> back
`;

function file(text: string): string {
  const path = join(tempDir(), 'log.txt');
  writeFileSync(path, text);
  return path;
}

/** Messages of `count` lines by a dozen people. */
function manyLines(count: number): string {
  const said = (index: number) => `[10:00] <speaker${index % 12}> message ${index}`;
  return Array.from({ length: count }, (_, index) => said(index)).join('\n');
}

const summaryOf = (stdout: string) =>
  JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as Record<string, unknown>;

const read = async (room: string, count: number, env: Record<string, string>) => {
  const argv = ['tail', room, '--history', '500', '--count', String(count), '--json'];
  const { stdout } = await runCli(argv, { env });
  const events = stdout.trim().split('\n');
  return events.map(
    (line) => JSON.parse(line) as { by: { id: string; name: string }; data: { text: string } },
  );
};

describe('replay', () => {
  it('plays a log with a connection for each of its people', async () => {
    const { url } = await serverProcess({ DATA_DIR: tempDir() });
    const env = { TRPC_ROOMS_URL: url };
    const played = await runCli(['replay', file(IRC), '--room', 'r', '--json'], { env });
    expect(played).toMatchObject({ code: 0, stderr: '' });
    expect(summaryOf(played.stdout)).toMatchObject({
      type: 'summary',
      messages: 7,
      speakers: 3,
      joins: 3,
      leaves: 1,
      renames: 1,
      connections: 6,
      skipped: { mode: 1, 'empty text': 1 },
      watchers: 3,
      events: 7,
      verdict: { state: 'clean' },
    });
    const events = await read('r', 7, env);
    expect(events.map(({ by, data }) => [by.name, data.text])).toEqual([
      ['ada', 'hello'],
      ['bob', 'hi ada'],
      ['bob', '/me waves'],
      ['bobby', 'still me'],
      ['ada', '日本語 😀'],
      ['c[a]rol', 'hello?'],
      ['bobby', 'back'],
    ]);
    const ids = new Set(
      events.filter(({ by }) => by.name.startsWith('bob')).map(({ by }) => by.id),
    );
    expect(ids.size).toBe(1);
  });

  it('signs a token for every speaker where it knows the secret', async () => {
    const { url } = await serverProcess({ DATA_DIR: tempDir(), AUTH_SECRET: SECRET });
    const argv = ['replay', file(IRC), '--secret', SECRET, '--watchers', '2', '--limit', '7'];
    const { code, stdout } = await runCli(argv, { env: { TRPC_ROOMS_URL: url } });
    expect(code).toBe(0);
    expect(stdout).toMatch(/messages +4 by 2 speakers[\s\S]*verdict +clean\n$/);
  });

  it('keeps within its connections, whoever has to wait', async () => {
    const { url } = await serverProcess({ DATA_DIR: tempDir() });
    const argv = ['replay', file(IRC), '--max-connections', '1', '--json'];
    const { code, stdout } = await runCli(argv, { env: { TRPC_ROOMS_URL: url } });
    expect(code).toBe(0);
    expect(summaryOf(stdout)).toMatchObject({
      messages: 7,
      unseated: 3,
      verdict: { state: 'clean' },
    });
  });

  it('plays at a multiple of real time', async () => {
    const { url } = await serverProcess({ DATA_DIR: tempDir() });
    const argv = ['replay', file(IRC), '--speed', '300', '--json'];
    const { code, stdout } = await runCli(argv, { env: { TRPC_ROOMS_URL: url } });
    expect(code).toBe(0);
    // Three minutes, 300 times as fast.
    expect(summaryOf(stdout)['durationMs']).toBeGreaterThan(600);
  });

  it('ends clean although somebody reacts, edits and removes there meanwhile', async () => {
    const { url } = await serverProcess({ DATA_DIR: tempDir() });
    const argv = ['replay', file(IRC), '--room', 'r', '--speed', '60', '--json'];
    const replay = startCli(argv, { env: { TRPC_ROOMS_URL: url } });
    await expect.poll(() => countOf(url, 'r'), { timeout: 15_000 }).toBeGreaterThan(0);
    const as = await guestOf(url);
    const [kept, gone] = [await as('send', { text: 'one' }), await as('send', { text: 'two' })];
    await as('react', { target: gone.position, name: '👍', on: true });
    await as('edit', { target: kept.position, data: { text: 'first' } });
    await as('remove', { target: gone.position });
    const { code, stdout } = await replay.result;
    expect(summaryOf(stdout)).toMatchObject({ messages: 7, verdict: { state: 'clean' } });
    expect(code).toBe(0);
  });

  it('ends clean although the server is killed meanwhile and started again', async () => {
    const dataDir = tempDir();
    const killed = await serverProcess({ DATA_DIR: dataDir });
    const env = { TRPC_ROOMS_URL: killed.url };
    const replay = startCli(['replay', file(manyLines(400)), '--room', 'r', '--json'], { env });
    await expect.poll(() => countOf(killed.url, 'r'), { timeout: 15_000 }).toBeGreaterThan(50);
    await killed.stop('SIGKILL');
    await serverProcess({ DATA_DIR: dataDir, PORT: String(killed.port) });
    const { code, stdout } = await replay.result;
    expect(summaryOf(stdout)).toMatchObject({
      messages: 400,
      events: 400,
      verdict: { state: 'clean' },
    });
    expect(code).toBe(0);
  });

  it('gives up with advice when the server stays away', async () => {
    const { url, stop } = await serverProcess({ DATA_DIR: tempDir() });
    const argv = ['replay', file(manyLines(400)), '--room', 'r', '--patience', '1', '--json'];
    const replay = startCli(argv, { env: { TRPC_ROOMS_URL: url } });
    await expect.poll(() => countOf(url, 'r'), { timeout: 15_000 }).toBeGreaterThan(20);
    await stop('SIGKILL');
    const { code, stderr } = await replay.result;
    expect(code).toBe(1);
    expect(JSON.parse(stderr)).toMatchObject({ error: { code: 'NO_ANSWER' } });
  });

  it('says which line of a file is wrong, and what a file should be', async () => {
    const { code, stderr } = await runCli(['replay', file('{"by":"ada","text":"hi"}\n{"by":7}\n')]);
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /^error: .*log\.txt, line 2: by must name who it is\n {2}Give an IRC log/,
    );
  });

  it.each([
    [['--speed', '0'], '--speed must be'],
    [['--watchers', 'x'], '--watchers must be'],
    [['--room', 'a b'], 'a room id is'],
    [['--speed', '5'], 'has no times'],
  ])('refuses wrong usage: %j', async (argv, words) => {
    const { code, stderr } = await runCli(['replay', file('{"by":"ada","text":"hi"}'), ...argv]);
    expect(code).toBe(2);
    expect(stderr).toContain(words);
  });
});

/** Calls of the room `r` over REST, by a guest. */
async function guestOf(url: string) {
  const post = async (path: string, body: object, token = '') => {
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    const answer = await fetch(`${url}/api/${path}`, {
      method: 'POST',
      headers: token === '' ? {} : headers,
      body: JSON.stringify(body),
    });
    const answered = (await answer.json()) as { token: string; position: string };
    expect([answer.status, answered]).toEqual([200, expect.anything()]);
    return answered;
  };
  const { token } = await post('guest', { name: 'Eve' });
  return (what: string, input: object) => post(`chat/rooms/r/${what}`, input, token);
}

/** How many messages a room holds. */
async function countOf(url: string, room: string): Promise<number> {
  const body = JSON.stringify({ name: 'counter' });
  const headers = { 'content-type': 'application/json' };
  const guest = await fetch(`${url}/api/guest`, { method: 'POST', headers, body });
  const { token } = (await guest.json()) as { token: string };
  const input = encodeURIComponent(JSON.stringify({ json: { room, limit: 1 } }));
  const authorization = `Bearer ${token}`;
  const page = await fetch(`${url}/trpc/chat.history?input=${input}`, {
    headers: { authorization },
  });
  const offset = /"position":"[\w-]+:(\d+)"/.exec(await page.text())?.[1];
  return Number(offset ?? 0);
}
