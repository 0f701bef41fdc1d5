import { describe, expect, it, onTestFinished } from 'vitest';
import { createRooms } from '../../client/index.ts';
import { chat } from '../../shared/index.ts';
import { serverProcess } from '../kit/server-process.ts';
import { tempDir } from '../kit/temp-dir.ts';
import { runCli, startCli } from './run-cli.ts';

const SECRET = 'a secret of thirty-two characters';

async function server(env: Record<string, string> = {}) {
  const dataDir = tempDir();
  const { url } = await serverProcess({ DATA_DIR: dataDir, ...env });
  return { url, dataDir, env: { TRPC_ROOMS_URL: url } };
}

/** How a client connects to it as a guest. */
async function guestOf(url: string) {
  const body = JSON.stringify({ name: 'Ada' });
  const answer = await fetch(`${url}/api/guest`, { method: 'POST', body });
  const { token } = (await answer.json()) as { token: string };
  return { url: `${url.replace('http', 'ws')}/trpc`, token };
}

const lines = (text: string) => text.split('\n').filter((line) => line !== '');
const objects = (text: string) => lines(text).map((line): unknown => JSON.parse(line));

describe('send and tail', () => {
  it('send and read a room, as guests', async () => {
    const { env } = await server();
    const sent = await runCli(['send', 'lobby', 'hello', '--name', 'Ada'], { env });
    expect(sent).toMatchObject({
      code: 0,
      stderr: '',
      stdout: expect.stringMatching(/^[\w-]+:1\n$/),
    });
    const read = await runCli(['tail', 'lobby', '--history', '5', '--count', '1'], { env });
    expect(read).toMatchObject({ code: 0, stderr: '' });
    expect(read.stdout).toMatch(/^\d\d:\d\d:\d\d <Ada> hello\n$/);
  });

  it('send every line of standard input, in order', async () => {
    const { env } = await server();
    const stdin = 'one\n\n  \ntwo\r\nthree';
    const sent = await runCli(['send', 'lobby', '-', '--json'], { env, stdin });
    const acks = objects(sent.stdout);
    expect(acks).toHaveLength(3);
    expect(acks[0]).toMatchObject({ level: 'disk', duplicate: false });
    const { stdout } = await runCli(['tail', 'lobby', '--history', '2', '--count', '2', '--json'], {
      env,
    });
    expect(objects(stdout)).toMatchObject([{ data: { text: 'two' } }, { data: { text: 'three' } }]);
  });

  it('count stored events of every kind, as the help says', async () => {
    const { env } = await server();
    const rooms = createRooms({ chat }, await guestOf(env.TRPC_ROOMS_URL));
    onTestFinished(() => rooms.close());
    const room = rooms.chat.join('lobby', { onGap: 'reload' });
    const { position } = await room.send({ text: 'hello' });
    await room.remove(position);
    const argv = ['tail', 'lobby', '--history', '1', '--count', '1', '--json'];
    const { stdout } = await runCli(argv, { env });
    expect(objects(stdout)).toMatchObject([{ type: 'removed', data: { target: position } }]);
    const help = await runCli(['tail', '--help']);
    expect(help.stdout).toMatch(/--history N +print the last N stored events first/);
  });

  it('follow live, resume after a position, and leave at an interrupt with exit code 0', async () => {
    const { env } = await server();
    const first = await runCli(['send', 'lobby', 'before'], { env });
    const tail = startCli(['tail', 'lobby', '--since', first.stdout.trim()], { env });
    await runCli(['send', 'lobby', 'after'], { env });
    await tail.untilPrinted('> after');
    tail.kill('SIGINT');
    const { code, stdout, stderr } = await tail.result;
    expect({ code, stderr, count: lines(stdout).length }).toEqual({
      code: 0,
      stderr: '',
      count: 1,
    });
  });

  it('read more history than one page holds, and nothing twice', async () => {
    const { env } = await server();
    const texts = Array.from({ length: 230 }, (_, index) => `line ${index}`);
    await runCli(['send', 'lobby'], { env, stdin: texts.join('\n') });
    const all = await runCli(['tail', 'lobby', '--history', '500', '--count', '230', '--json'], {
      env,
    });
    expect(objects(all.stdout)).toMatchObject(texts.map((text) => ({ data: { text } })));
  });

  it('show a gap', async () => {
    const { env } = await server();
    await runCli(['send', 'lobby', 'hi'], { env });
    const tail = startCli(['tail', 'lobby', '--since', 'other:7'], { env });
    await tail.untilTold('-- gap: events after other:7');
    tail.kill('SIGTERM');
    expect(await tail.result).toMatchObject({
      code: 0,
      stderr: expect.stringContaining('(epoch-changed)'),
    });
  });

  it('say which line was refused', async () => {
    const { env } = await server();
    const sent = await runCli(['send', 'lobby'], {
      env,
      stdin: `fine\n${'x'.repeat(4001)}\nnever`,
    });
    expect(sent.code).toBe(1);
    expect(lines(sent.stdout)).toHaveLength(1);
    expect(sent.stderr).toMatch(/^error: line 2: .*4000/);
  });

  it.each([
    [['tail', 'lobby', '--since', 'x'], '--since must read epoch:offset'],
    [['tail', 'lobby', '--since', 'e:1', '--history', '3'], 'leave out --history'],
    [['tail', 'lobby', '--count', '0'], '--count must be'],
    [['send', '..', 'x'], 'a room id is'],
    [['send', 'lobby', 'two', 'words'], 'quote text'],
    [['send', 'lobby', 'x', '--name', '\u202E'], '--name must not contain'],
  ])('refuse wrong usage: %j', async (argv, words) => {
    const { code, stderr } = await runCli(argv);
    expect(code).toBe(2);
    expect(stderr).toContain(words);
  });
});

describe('token', () => {
  it('signs with the secret of the environment, and the server takes it', async () => {
    const { env } = await server({ AUTH_SECRET: SECRET });
    const argv = ['token', '--sub', 'ada', '--name', 'Ada L.', '--ttl', '5m'];
    const token = (await runCli(argv, { env: { AUTH_SECRET: SECRET } })).stdout.trim();
    await runCli(['send', 'lobby', 'hi', '--token', token], { env });
    const { stdout } = await runCli(['tail', 'lobby', '--history', '1', '--count', '1', '--json'], {
      env: { ...env, TRPC_ROOMS_TOKEN: token },
    });
    expect(objects(stdout)).toMatchObject([{ by: { id: 'ada', name: 'Ada L.' } }]);
  });

  it('signs with the secret that a development server keeps', async () => {
    const { env, dataDir } = await server();
    const made = await runCli(['token', '--sub', 'ada', '--data-dir', dataDir, '--json']);
    const { token, user } = JSON.parse(made.stdout) as { token: string; user: unknown };
    expect(user).toEqual({ id: 'ada', name: 'ada' });
    expect(await runCli(['send', 'lobby', 'hi', '--token', token], { env })).toMatchObject({
      code: 0,
    });
  });

  it.each([
    [['token'], 2, 'needs --sub'],
    [['token', '--sub', 'a b'], 2, '--sub must be'],
    [['token', '--sub', 'a', '--name', '\n'], 2, '--name must'],
    [['token', '--sub', 'a', '--ttl', 'soon'], 2, '--ttl must read like'],
    [['token', '--sub', 'a', '--secret', 'short'], 2, 'at least 32'],
    [['token', '--sub', 'a', '--data-dir', '/nonexistent'], 1, 'Set AUTH_SECRET'],
  ])('says what is wrong: %j', async (argv, code, words) => {
    const result = await runCli(argv);
    expect(result).toMatchObject({ code, stdout: '' });
    expect(result.stderr).toContain(words);
  });
});
