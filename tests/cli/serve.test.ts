import { connect } from 'node:net';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { tempDir } from '../kit/temp-dir.ts';
import { startCli, type CliProcess } from './run-cli.ts';

async function startServer(options: { dataDir?: string; nodeArgs?: string[] } = {}) {
  const { dataDir = tempDir(), nodeArgs = [] } = options;
  const argv = ['serve', '--port', '0', '--data-dir', dataDir];
  const server = startCli(argv, { nodeArgs });
  await server.untilPrinted('"listening"');
  return { server, dataDir };
}

const SECRET = 'a-secret-of-thirty-two-characters';
const NO_LOG = fileURLToPath(import.meta.url);

const logOf = async (server: CliProcess) => {
  const { stdout } = await server.result;
  return stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
};

describe('serve', () => {
  it.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)(
    'closes at %s with exit code 0 within 5 s',
    async (signal) => {
      const { server } = await startServer();
      const startedAt = performance.now();
      server.kill(signal);
      expect((await server.result).code).toBe(0);
      expect(performance.now() - startedAt).toBeLessThan(5_000);
      expect(await logOf(server)).toMatchObject([
        { level: 40, msg: expect.stringContaining('anybody may enter as anybody') },
        {
          level: 30,
          msg: 'listening',
          mode: 'development',
          url: expect.stringContaining('http://127.'),
        },
        { level: 30, msg: 'closing', signal },
        { level: 30, msg: 'closed' },
      ]);
      expect((await server.result).stderr).toBe('');
    },
  );

  it('exits at once at a second signal', async () => {
    const { server } = await startServer();
    const [, listening] = (await untilLog(server, 'listening')).slice(-2);
    await openSilently(String(listening?.['url']));
    server.kill('SIGTERM');
    await server.untilPrinted('"closing"');
    // Signals that come together count as one, so this goes on until one counts as the second.
    const again = setInterval(() => server.kill('SIGTERM'), 50);
    onTestFinished(() => clearInterval(again));
    expect((await server.result).code).toBe(143);
  });

  it('passes signals and exit codes on where another Node has to run it', async () => {
    const { server } = await startServer({ nodeArgs: ['--no-experimental-strip-types'] });
    server.kill('SIGTERM');
    expect((await server.result).code).toBe(0);
  });

  it('does not start twice on one data directory', async () => {
    const { dataDir } = await startServer();
    const second = startCli(['serve', '--port', '0', '--data-dir', dataDir, '--json']);
    const { code, stderr } = await second.result;
    expect(code).toBe(1);
    expect(JSON.parse(stderr)).toMatchObject({
      error: {
        message: expect.stringContaining(dataDir),
        advice: expect.stringContaining('DATA_DIR'),
      },
    });
  });

  it('does not start on a port in use', async () => {
    const { server } = await startServer();
    const [, listening] = await untilLog(server, 'listening');
    const { port } = new URL(String(listening?.['url']));
    const second = startCli(['serve', '--port', port, '--data-dir', tempDir()]);
    const { code, stderr } = await second.result;
    expect(code).toBe(1);
    expect(stderr).toContain(`error: cannot listen on 127.0.0.1:${port}`);
    expect(stderr).toContain('Stop the other program');
  });

  // Where a parent that is there says that it is not, Node's own recursive mkdir never returns.
  it.runIf(process.platform === 'linux').each([
    ['create the data directory', ['serve', '--port', '0', '--data-dir', '/proc/none/data'], ''],
    ['create the data directory', ['serve', '--port', '0', '--data-dir', '/proc/none'], SECRET],
    ['create the data directory', ['restore', '--from', NO_LOG, '--data-dir', '/proc/none'], ''],
    ['use', ['docs', '--out', '/proc/none'], ''],
  ])('cannot %s where none can be made, and ends: %j', async (what, argv, AUTH_SECRET) => {
    const { code, stderr } = await startCli(argv, { env: { AUTH_SECRET } }).result;
    expect(code).toBe(1);
    expect(stderr).toContain(`error: cannot ${what} /proc/none`);
    expect(stderr).toContain(`ENOENT: no such file or directory, mkdir '/proc/none'`);
  });

  it('says what is wrong with its configuration', async () => {
    const { code, stderr } = await startCli(['serve', '--port', 'x', '--host', '0.0.0.0']).result;
    expect(code).toBe(1);
    expect(stderr).toMatch(/error: the configuration is not valid:\n {2}PORT/);
  });
});

/** The log lines so far, once this one is there. */
async function untilLog(server: CliProcess, message: string): Promise<Record<string, unknown>[]> {
  await server.untilPrinted(`"${message}"`);
  return server
    .printed()
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

/** A WebSocket that never answers a close frame, so that closing takes its whole grace. */
async function openSilently(url: string): Promise<void> {
  const { hostname, port, host } = new URL(url);
  const socket = connect(Number(port), hostname);
  onTestFinished(() => void socket.destroy());
  socket.on('error', () => {});
  const head = [
    'GET /trpc HTTP/1.1',
    `Host: ${host}`,
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==',
  ];
  socket.write(`${head.join('\r\n')}\r\n\r\n`);
  await new Promise((resolve) => socket.once('data', resolve));
}
