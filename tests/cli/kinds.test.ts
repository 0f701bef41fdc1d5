import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import { bytes, defineRoom, durable, ephemeral, latest } from '../../shared/index.ts';
import { answer, bareServer } from '../kit/bare-server.ts';
import { readyServer } from '../kit/ready-server.ts';
import { runCli, startCli } from './run-cli.ts';

const board = defineRoom('board', {
  events: {
    note: durable(z.object({ text: z.string(), size: z.number().optional() }), {
      publish: 'client',
    }),
    message: durable(z.object({ text: z.string(), size: z.number() }), { publish: 'client' }),
    level: latest(z.number(), { key: 'room', publish: 'client' }),
    wave: ephemeral(z.object({ emoji: z.string() }), { publish: 'client' }),
    file: durable(z.object({ size: z.bigint(), content: bytes() })),
    move: durable(
      z.object({ to: z.string().length(2), at: z.date(), seen: z.set(z.bigint()).optional() }),
      { publish: 'client' },
    ),
  },
});

/** A server that carries no `chat`. */
async function server() {
  const ready = await readyServer({}, { rooms: { board } });
  return { ...ready, env: { TRPC_ROOMS_URL: ready.url } };
}

const ofBoard = ['--kind', 'board', '--name', 'Ada'];
const lines = (text: string) => text.split('\n').filter((line) => line !== '');

describe('rooms of any kind', () => {
  it('take an event with its data as JSON, and are followed', async () => {
    const { env } = await server();
    const argv = ['send', 'plans', ...ofBoard, '--type'];
    const note = await runCli([...argv, 'note', '{"text":"hi"}'], { env });
    expect(note).toMatchObject({ code: 0, stderr: '', stdout: expect.stringMatching(/:1\n$/) });
    const stdin = '{"text":"one","size":1}\n\n{"text":"two","size":2}';
    const sent = await runCli([...argv, 'message', '-', '--json'], { env, stdin });
    expect(lines(sent.stdout).map((line): unknown => JSON.parse(line))).toMatchObject([
      { level: 'memory', duplicate: false },
      { level: 'memory', duplicate: false },
    ]);
    await runCli([...argv, 'level', '7'], { env });
    const { stdout } = await runCli(
      ['tail', 'plans', ...ofBoard, '--history', '9', '--count', '4'],
      { env },
    );
    expect(lines(stdout).map((line) => line.replace(/^[\d:]{8} /, ''))).toEqual([
      '* note by Ada {"text":"hi"}',
      '* message by Ada {"text":"one","size":1}',
      '* message by Ada {"text":"two","size":2}',
      '* level by Ada 7',
    ]);
  });

  it('take what JSON lacks as REST does: a text where a date or a bigint is due', async () => {
    const { env, rooms } = await server();
    const argv = ['send', 'plans', ...ofBoard, '--type', 'move'];
    const data = { to: 'a2', at: '2026-01-01T00:00:00Z', seen: ['5'] };
    const sent = await runCli([...argv, JSON.stringify(data)], { env });
    expect(sent).toMatchObject({ code: 0, stderr: '' });
    const { events } = await rooms.history('board', 'plans');
    expect(events).toMatchObject([
      { data: { to: 'a2', at: new Date('2026-01-01T00:00:00Z'), seen: new Set([5n]) } },
    ]);
    const wrong = await runCli([...argv, JSON.stringify({ ...data, to: 'a100' })], { env });
    expect(wrong.stderr).toMatch(/^error: data\.to: [^;]*\n/);
  });

  it('go over tRPC where a server only mounts rooms', async () => {
    const bare = await bareServer();
    bare.onCall = ({ id }, socket) => answer(socket, id, { position: 'life:1' });
    const argv = ['send', 'plans', '--kind', 'board', '--type', 'note', '{"text":"hi"}'];
    const env = { TRPC_ROOMS_URL: bare.url, TRPC_ROOMS_TOKEN: 'pass' };
    expect(await runCli(argv, { env })).toEqual({ code: 0, stdout: 'life:1\n', stderr: '' });
    expect(bare.calls).toMatchObject([
      {
        params: { path: 'board.publish', input: { json: { type: 'note', data: { text: 'hi' } } } },
      },
    ]);
  });

  it('[SND1] are sent to again, under one key, when what stands before the server finds it again', async () => {
    const tried: unknown[] = [];
    const front = createServer((req, res) => {
      if (req.url === '/healthz') return void res.end();
      req.setEncoding('utf8').on('data', (body: string) => tried.push(JSON.parse(body)));
      req.once('end', () => {
        if (tried.length === 1) res.writeHead(502).end('<h1>Bad Gateway</h1>');
        else res.end(JSON.stringify({ position: 'life:1' }));
      });
    });
    front.listen(0, '127.0.0.1');
    onTestFinished(() => void front.close());
    await once(front, 'listening');
    const env = {
      TRPC_ROOMS_URL: `http://127.0.0.1:${(front.address() as AddressInfo).port}`,
      TRPC_ROOMS_TOKEN: 'pass',
    };
    const sent = await runCli(['send', 'plans', ...ofBoard, '--type', 'level', '7'], { env });
    expect(sent).toEqual({ code: 0, stdout: 'life:1\n', stderr: '' });
    expect(tried).toHaveLength(2);
    expect(tried[0]).toEqual(tried[1]);
  });

  it('are followed live, whatever their events carry', async () => {
    const { env, rooms } = await server();
    const tail = startCli(['tail', 'plans', ...ofBoard, '--history', '1', '--json'], { env });
    const lister = startCli(['tail', 'plans', ...ofBoard, '--history', '1'], { env });
    const data = { size: 2n ** 60n, content: new Uint8Array([1, 2]) };
    await rooms.publish('board', 'plans', 'file', data);
    await tail.untilPrinted('"type":"file","data":{"size":"1152921504606846976","content":"AQI="}');
    await lister.untilPrinted('* file by server {"size":"1152921504606846976","content":"AQI="}');
    await runCli(['send', 'plans', ...ofBoard, '--type', 'wave', '{"emoji":"o/"}'], { env });
    await lister.untilPrinted('* wave by Ada {"emoji":"o/"}');
  });

  it.each([
    [['tail', 'plans'], 'chat'],
    [['tail', 'plans', '--kind', 'bord'], 'bord'],
    [['send', 'plans', 'hi'], 'chat'],
    [['send', 'plans', '--kind', 'bord', '--type', 'note', '{}'], 'bord'],
  ])('are said not to be there: %j', async (argv, kind) => {
    const { env } = await server();
    const { code, stdout, stderr } = await runCli(argv, { env });
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain(`error: the server carries no rooms of kind ${kind}\n`);
    expect(stderr).toContain('Give the --kind of rooms that it carries');
    const told = await runCli([...argv, '--json'], { env });
    expect(JSON.parse(told.stderr)).toMatchObject({ error: { code: 'NO_SUCH_KIND' } });
  });

  it('say which line was no JSON, or not what the contract says', async () => {
    const { env } = await server();
    const argv = ['send', 'plans', ...ofBoard, '--type', 'note'];
    const broken = await runCli(argv, { env, stdin: '{"text":"fine"}\n{text}\n{}' });
    expect(broken).toMatchObject({ code: 2, stdout: expect.stringMatching(/:1\n$/) });
    expect(broken.stderr).toContain('error: line 2: with --type the data is JSON: ');
    const wrong = await runCli(argv, { env, stdin: '{"text":5}' });
    expect(wrong.code).toBe(1);
    expect(wrong.stderr).toMatch(/^error: line 1: data\.text: /);
    const nope = await runCli(['send', 'plans', ...ofBoard, '--type', 'nope', '{}'], { env });
    expect(nope.code).toBe(1);
    expect(nope.stderr).toMatch(/^error: type: /);
  });

  it.each([
    [['tail', 'plans', '--kind', 'a/b'], '--kind must name a kind of rooms'],
    [['tail', 'plans', '--kind', 'me'], '--kind must name a kind of rooms'],
    [['send', 'plans', 'hi', '--kind', 'close', '--type', 'x'], '--kind must name a kind of rooms'],
    [['send', 'plans', 'hi', '--kind', 'board'], 'rooms of kind board need --type'],
    [['send', 'plans', 'hi', '--type', 'message'], 'with --type the data is JSON'],
  ])('refuse wrong usage without a server: %j', async (argv, words) => {
    const { code, stderr } = await runCli(argv, { env: { TRPC_ROOMS_URL: 'http://127.0.0.1:1' } });
    expect(code).toBe(2);
    expect(stderr).toContain(words);
  });
});
