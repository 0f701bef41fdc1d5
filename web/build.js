// Builds the page into dist/web. Plain JavaScript: it runs with `npm ci`, under whatever Node that has.
import { fileURLToPath } from 'node:url';

const vite = await import('vite').catch(() => undefined);
const configFile = fileURLToPath(new URL('vite.config.ts', import.meta.url));

if (vite) await vite.build({ configFile, logLevel: 'warn' });
else process.stderr.write('page: vite is not installed, so the page is not built\n');
