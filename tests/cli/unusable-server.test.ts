import { createServer as createHttpServer } from 'node:http';
import { createServer, type AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { serverProcess } from '../kit/server-process.ts';
import { tempDir } from '../kit/temp-dir.ts';
import { runCli } from './run-cli.ts';

describe('a server that cannot be used', () => {
  const refused = async (argv: string[], env: Record<string, string>) => {
    const { code, stderr } = await runCli([...argv, '--json'], { env });
    const { error } = JSON.parse(stderr.trim().split('\n').at(-1) ?? '') as {
      error: { code: string; advice: string };
    };
    return { code, error };
  };

  it.each([
    ['send', 'lobby', 'x'],
    ['tail', 'lobby'],
  ])('is named at once when it is not there: %s', async (...argv) => {
    const { code, error } = await refused(argv, { TRPC_ROOMS_URL: await unusedUrl() });
    expect({ code, error: error.code }).toEqual({ code: 1, error: 'UNREACHABLE' });
    expect(error.advice).toContain('trpc-rooms serve');
  });

  it('is named when its port is one that no browser connects to', async () => {
    const url = 'http://127.0.0.1:6667';
    const { error } = await refused(['tail', 'lobby'], { TRPC_ROOMS_URL: url });
    expect(error.code).toBe('BLOCKED_PORT');
  });

  it('is named within 3 s when it does not answer', async () => {
    const silent = createServer(() => {}).listen(0, '127.0.0.1');
    onTestFinished(() => void silent.close());
    await new Promise((resolve) => silent.once('listening', resolve));
    const startedAt = performance.now();
    const url = `http://127.0.0.1:${(silent.address() as AddressInfo).port}`;
    const { error } = await refused(['tail', 'lobby'], { TRPC_ROOMS_URL: url });
    expect(error.code).toBe('UNREACHABLE');
    expect(performance.now() - startedAt).toBeLessThan(3_000);
  });

  it('takes no guests', async () => {
    const AUTH_SECRET = 'a secret of thirty-two characters';
    const { url } = await serverProcess({ DATA_DIR: tempDir(), AUTH_SECRET });
    const { code, error } = await refused(['tail', 'lobby'], { TRPC_ROOMS_URL: url });
    expect({ code, error: error.code }).toEqual({ code: 1, error: 'NO_GUESTS' });
    expect(error.advice).toMatch(/--token.*GUESTS=on/);
  });

  it('refuses the token', async () => {
    const { url } = await serverProcess({ DATA_DIR: tempDir() });
    for (const argv of [
      ['tail', 'lobby'],
      ['send', 'lobby', 'x'],
    ]) {
      const { code, error } = await refused([...argv, '--token', 'nonsense'], {
        TRPC_ROOMS_URL: url,
      });
      expect({ code, error: error.code }).toEqual({ code: 1, error: 'TOKEN_REFUSED' });
    }
  });

  it('is another program', async () => {
    const other = createHttpServer((_, res) => res.writeHead(418).end('tea')).listen(
      0,
      '127.0.0.1',
    );
    onTestFinished(() => void other.close());
    await new Promise((resolve) => other.once('listening', resolve));
    const url = `http://127.0.0.1:${(other.address() as AddressInfo).port}`;
    const { code, error } = await refused(['send', 'lobby', 'x'], { TRPC_ROOMS_URL: url });
    expect({ code, error: error.code }).toEqual({ code: 1, error: 'REFUSED' });
  });
});

/** An address at which nobody listens. */
async function unusedUrl(): Promise<string> {
  const probe = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => probe.once('listening', resolve));
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  return `http://127.0.0.1:${port}`;
}
