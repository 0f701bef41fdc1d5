import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { extname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chat, type Contract } from '../../shared/index.ts';
import type { Asset } from './asset.ts';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/** The page runs its own script and talks to its own server; whatever gets into it, nothing else is run,
 *  loaded, framed or asked. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ');

const HEADERS = {
  'content-security-policy': POLICY,
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'permissions-policy': 'camera=(), microphone=(), geolocation=()',
};

const NOT_BUILT: ReadonlyMap<string, Asset> = new Map([
  [
    '/',
    {
      contentType: 'text/plain; charset=utf-8',
      text: 'The server runs; its page is not built. `npm run build` builds it, then start again.\n',
    },
  ],
]);

/** The files of the chat page, by path. It is for rooms of the kind `chat` as it is: without them there is none.
 *  They are few and read now: a path is looked up, never walked. */
export function pageAt(contract: Contract): (path: string) => Asset | undefined {
  if (contract['chat'] !== chat) return () => undefined;
  const dir = builtPage();
  const files = dir === undefined ? NOT_BUILT : readFiles(dir);
  return (path) => files.get(path);
}

/** Where `npm ci` and `npm run build` put the page: beside what is compiled, or in a checkout above it. */
function builtPage(): string | undefined {
  const places = ['../../web', '../../dist/web'];
  const dirs = places.map((place) => fileURLToPath(new URL(place, import.meta.url)));
  return dirs.find((dir) => existsSync(join(dir, 'index.html')) && existsSync(join(dir, 'assets')));
}

function readFiles(dir: string): Map<string, Asset> {
  const files = new Map<string, Asset>();
  for (const entry of readdirSync(dir, { recursive: true, withFileTypes: true })) {
    const contentType = TYPES[extname(entry.name)];
    if (!entry.isFile() || contentType === undefined) continue;
    const name = join(entry.parentPath, entry.name);
    const path = `/${relative(dir, name).split(sep).join('/')}`;
    // Their names change with their content.
    const isLasting = path.startsWith('/assets/');
    const cache = isLasting ? 'public, max-age=31536000, immutable' : 'no-cache';
    const headers = { ...HEADERS, 'cache-control': cache };
    const asset = { contentType, text: readFileSync(name, 'utf8'), headers };
    files.set(path === '/index.html' ? '/' : path, asset);
  }
  return files;
}
