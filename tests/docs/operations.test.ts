import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { readyServer } from '../kit/ready-server.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const read = (path: string) => readFileSync(join(root, path), 'utf8');
const operations = read('docs/operations.md');

describe('docs/operations.md', () => {
  it('names files that exist, variables that are read and scenarios that can be run', () => {
    for (const [, file = ''] of operations.matchAll(/\]\(([^)#]+)/g)) {
      expect(() => read(join('docs', file))).not.toThrow();
    }
    const config = read('server/config.ts');
    const ours = /`([A-Z]{3,}_?[A-Z]*)(?:=[^`]*)?`/g;
    const others = new Set(['LOG_UNAVAILABLE', 'NODE_EXTRA_CA_CERTS', 'FLUSHALL']);
    for (const [, name = ''] of operations.matchAll(ours)) {
      if (!others.has(name)) expect(config).toContain(`  ${name}: `);
    }
    const bench = read('bench/README.md');
    for (const [, name] of operations.matchAll(/--only ([a-z-]+)/g)) {
      expect(bench).toContain(`**\`${name}\`**`);
    }
  });

  it('watches figures that are there, and gives Redis the rights that are tested', async () => {
    const { url } = await readyServer();
    const figures = await (await fetch(`${url}/metrics`)).text();
    const named = operations.matchAll(/`((?:trpc_rooms|process)_[a-z_]+)/g);
    for (const [, name] of named) expect(figures).toContain(`# TYPE ${name} `);
    const rights = /(\+@all -@admin[^`\n]*)/;
    expect(rights.exec(operations)?.[1]).toBe(rights.exec(read('README.md'))?.[1]);
  });
});
