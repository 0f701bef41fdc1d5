import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'vite';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const KB = 1_000;

/** A module as a team's bundler makes it for its page: minified, and what it does not use left out. */
async function bundled(code: string, external: readonly string[]): Promise<string> {
  const entry = join(root, 'entry-of-a-size.js');
  const result = await build({
    root,
    configFile: false,
    logLevel: 'silent',
    plugins: [
      {
        name: 'entry',
        enforce: 'pre',
        resolveId: (id) => (id === entry ? entry : null),
        load: (id) => (id === entry ? code : null),
      },
    ],
    build: {
      write: false,
      rolldownOptions: { input: entry, external: [...external], preserveEntrySignatures: 'strict' },
    },
  });
  const [output] = Array.isArray(result) ? result : [result];
  if (!output || !('output' in output)) throw new Error('nothing was built');
  return output.output.map((file) => (file.type === 'chunk' ? file.code : '')).join('');
}

const sizeOf = (content: string | Buffer) => gzipSync(content, { level: 9 }).length;

describe('sizes', () => {
  it('keeps the client within 35 KB, gzipped, with tRPC and superjson', async () => {
    // zod comes with the contract, which an app writes with it.
    const code = await bundled(`export * from '${join(root, 'dist/client/index.js')}';`, ['zod']);
    expect(code).toContain('DISCONNECTED');
    // Nor what makes contracts.
    expect(code).not.toMatch(/from\s*["'`]zod/);
    const size = sizeOf(code);
    expect(size).toBeLessThanOrEqual(35 * KB);
    expect(size).toBeGreaterThan(20 * KB);
  });

  it('keeps the page within 150 KB, gzipped, all its files together', () => {
    const dir = join(root, 'dist/web');
    const names = readdirSync(dir, { recursive: true }).map((name) => join(dir, String(name)));
    const files = names.filter((name) => statSync(name).isFile());
    const size = files.reduce((sum, name) => sum + sizeOf(readFileSync(name)), 0);
    expect(size).toBeLessThanOrEqual(150 * KB);
    expect(size).toBeGreaterThan(50 * KB);
  });
});
