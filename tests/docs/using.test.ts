import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createRooms } from '../../client/index.ts';
import { freePort } from '../../check/real/free-port.ts';
import { signToken } from '../../server/index.ts';
import { defineRoom, durable, userIdOf } from '../../shared/index.ts';
import { z } from 'zod';
import { compile, filesOf, folderOf, root, runFile } from '../kit/doc-code.ts';

const { 'contract.ts': contract = '' } = filesOf('README.md');
const documents = ['docs/using.md', 'docs/backend.md'];
const files = Object.assign({ 'contract.ts': contract }, ...documents.map(filesOf)) as Record<
  string,
  string
>;
const tests = Object.keys(files).filter((name) => name.endsWith('.test.ts'));

const board = defineRoom('board', {
  events: { note: durable(z.object({ text: z.string() }), { publish: 'client' }) },
});

describe('docs/using.md and docs/backend.md', () => {
  it('has code that compiles', async () => {
    expect(await compile(folderOf(files))).toBe('');
  });

  it('mounts rooms that the stock client and the SDK can use', async () => {
    const port = await freePort();
    const dir = folderOf(files, port);
    const mounted = runFile(dir, 'mount.ts', { PORT: String(port), MOVE_MS: '300' });
    await expect.poll(mounted.text).toContain('listening');
    const stock = runFile(dir, 'stock.ts');
    expect(await stock.ended).toEqual([0, null]);
    const lines = stock.text().trim().split('\n');
    expect(lines.slice(0, 2)).toEqual(['stored at 20…', 'fresh']);
    const url = `ws://127.0.0.1:${port}`;
    const rooms = createRooms({ board }, { url, token: 'a session of Ada' });
    const plans = rooms.board.join('plans', { onGap: 'reload' });
    await plans.ready;
    expect(await plans.publish('note', { text: 'from the SDK' })).toMatchObject({ level: 'disk' });
    // What `formatError` makes of it.
    const wrong = plans.publish('note', { text: '' });
    const message = expect.stringMatching(/^data\.text: /);
    await expect(wrong).rejects.toMatchObject({ code: 'BAD_INPUT', message });
    mounted.kill('SIGTERM');
    expect(await mounted.ended).toEqual([0, null]);
    rooms.close();
  });

  it('carries procedures of its own, which the SDK calls typed', async () => {
    const port = await freePort();
    const dir = folderOf(files, port);
    const env = { PORT: String(port), DATA_DIR: join(dir, 'data'), LOG_LEVEL: 'silent' };
    const server = runFile(dir, 'own-server.ts', env);
    await expect.poll(server.text).toContain('serving');
    const body = JSON.stringify({ name: 'Ada' });
    const answer = await fetch(`http://127.0.0.1:${port}/api/guest`, { method: 'POST', body });
    const { token } = (await answer.json()) as { token: string };
    const { ended, text } = runFile(dir, 'own-client.ts', { TOKEN: token });
    expect(await ended, text()).toEqual([0, null]);
    const year = new Date().getFullYear();
    expect(text()).toBe(`hello Ada\n[ 'e4' ]\ne4 is taken\n${year}\n`);
  });

  it('makes users of what a provider claims', async () => {
    const port = await freePort();
    const dir = folderOf(files, port);
    const AUTH_SECRET = 'a secret of thirty-two characters';
    const env = { PORT: String(port), DATA_DIR: join(dir, 'data'), AUTH_SECRET };
    const server = runFile(dir, 'provider.ts', { ...env, LOG_LEVEL: 'silent' });
    await expect.poll(server.text).toContain('serving');
    const user = { id: 'auth0|123', name: '', expiresAt: Date.now() + 60_000 };
    const claims = { email: 'ada@example.com', tenant: 'acme' };
    const token = await signToken(AUTH_SECRET, { ...user, claims });
    const url = `ws://127.0.0.1:${port}/trpc`;
    const rooms = createRooms({ board }, { url, token, user: userIdOf(user.id) });
    onTestFinished(() => rooms.close());
    const plans = rooms.board.join('acme.plans', { onGap: 'reload' });
    await plans.publish('note', { text: 'hi' });
    const by = { id: 'auth0~7C123', name: 'ada@example.com' };
    expect((await plans.history()).events).toMatchObject([{ by }]);
    const other = rooms.board.join('other.plans', { onGap: 'reload' });
    await expect(other.ready).rejects.toMatchObject({ code: 'FORBIDDEN' });
  });

  it.each(tests)('has a test that passes: %s', async (file) => {
    const { ended, text } = runFile(folderOf(files), file);
    expect(await ended, text()).toEqual([0, null]);
  });

  it('starts a server that logs, or says what is wrong', async () => {
    const dir = folderOf(files);
    const good = runFile(dir, 'serve.ts', { PORT: '0', DATA_DIR: join(dir, 'data') });
    await expect.poll(good.text).toMatch(/^\{.*"mode":"development","msg":"listening"\}$/m);
    const bad = runFile(dir, 'serve.ts', { PORT: 'http' });
    expect(await bad.ended).toEqual([1, null]);
    expect(bad.text()).toBe(
      'error: the configuration is not valid:\n  PORT  "http"  a port, 0 to 65535\n' +
        '  Correct these environment variables and start again.\n',
    );
  });

  it.each(documents)('link to what is there: %s', (path) => {
    const textOf = (name: string) => readFileSync(join(root, 'docs', name), 'utf8');
    const own = path.replace('docs/', '');
    for (const [, link = ''] of textOf(own).matchAll(/\]\(([^)]+)\)/g)) {
      if (link.startsWith('https:')) continue;
      const [file, anchor] = link.split('#');
      const headings = [...textOf(file || own).matchAll(/^#+ (.+)$/gm)].map(([, title]) => title);
      if (anchor) expect(headings.map((title = '') => anchorOf(title))).toContain(anchor);
    }
  });
});

/** As GitHub makes it of a heading. */
function anchorOf(title: string): string {
  return title
    .toLowerCase()
    .replace(/[^\w\- ]/g, '')
    .replaceAll(' ', '-');
}
