import { execFileSync, spawn } from 'node:child_process';
import { closeSync, constants, existsSync, openSync, readSync, writeSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { freePort } from '../../check/real/free-port.ts';
import { tempDir } from '../kit/temp-dir.ts';

const COMMAND = fileURLToPath(new URL('../../bin/trpc-rooms.js', import.meta.url));

/** A pipe that is full, and whose reader reads when the test does. */
function fullPipe() {
  const path = join(tempDir(), 'pipe');
  execFileSync('mkfifo', [path]);
  const reader = openSync(path, constants.O_RDWR | constants.O_NONBLOCK);
  // Opened apart: its writers wait, as they do by default.
  const writer = openSync(path, constants.O_WRONLY);
  onTestFinished(() => [reader, writer].forEach(closeSync));
  const isFull = () => {
    try {
      writeSync(reader, ' '.repeat(4096));
      return false;
    } catch {
      return true;
    }
  };
  while (!isFull());
  const bytes = Buffer.alloc(1024 * 1024);
  const read = () => {
    try {
      return bytes.subarray(0, readSync(reader, bytes)).toString();
    } catch {
      return '';
    }
  };
  return { writer, read };
}

function fullDisk(): number {
  const file = openSync('/dev/full', 'w');
  onTestFinished(() => closeSync(file));
  return file;
}

/** A server whose standard output is that file. */
async function serveInto(stdout: number) {
  const port = await freePort();
  const argv = ['serve', '--port', String(port), '--data-dir', tempDir(), '--log-level', 'debug'];
  const child = spawn(process.execPath, [COMMAND, ...argv], {
    stdio: ['ignore', stdout, 'ignore'],
  });
  const ended = new Promise<number | string | null>((resolve) => {
    child.once('exit', (code, signal) => resolve(signal ?? code));
  });
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  const url = `http://127.0.0.1:${port}`;
  const isReady = () =>
    fetch(`${url}/readyz`)
      .then(({ ok }) => ok)
      .catch(() => false);
  await expect.poll(isReady, { timeout: 60_000 }).toBe(true);
  return { child, ended, url };
}

/** Each of these writes a line: none can be read. */
async function sayMuch(url: string): Promise<void> {
  const { hostname, port } = new URL(url);
  for (let count = 0; count < 50; count += 1) {
    const socket = connect(Number(port), hostname);
    socket.end('nonsense\r\n\r\n');
    expect(await text(socket)).toContain('400 Bad Request');
  }
  expect((await fetch(`${url}/readyz`)).status).toBe(200);
}

describe.runIf(existsSync('/dev/full'))('a server whose log cannot be written', () => {
  it.each([
    ['on a full disk', fullDisk],
    ['to a pipe that nobody reads', () => fullPipe().writer],
  ])('[OPS2] serves on, and ends within 5 s: %s', async (_, output) => {
    const { child, ended, url } = await serveInto(output());
    await sayMuch(url);
    const startedAt = performance.now();
    child.kill('SIGTERM');
    expect(await ended).toBe(0);
    expect(performance.now() - startedAt).toBeLessThan(5_000);
  });

  it('[OPS2] has its lines, in order and to the last, where the reader goes on', async () => {
    const { writer, read } = fullPipe();
    const { child, ended, url } = await serveInto(writer);
    await sayMuch(url);
    let log = read();
    child.kill('SIGTERM');
    const reading = setInterval(() => (log += read()), 5);
    onTestFinished(() => clearInterval(reading));
    expect(await ended).toBe(0);
    log += read();
    const lines = log
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { msg: string; time: string });
    expect(lines.length).toBeGreaterThan(50);
    const times = lines.map(({ time }) => time);
    expect(times).toEqual(times.toSorted());
    expect(lines.at(1)?.msg).toBe('listening');
    expect(lines.slice(-2).map(({ msg }) => msg)).toEqual(['closing', 'closed']);
  });
});
