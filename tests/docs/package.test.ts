import { execFile } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const modules = join(root, 'node_modules');
const run = promisify(execFile);

const CONSUMER = `
import { initTRPC } from '@trpc/server';
import superjson from 'superjson';
import { z } from 'zod';
import { applyWSSHandler } from 'trpc-rooms/adapter';
import { createRooms as createClient, joinRoom } from 'trpc-rooms/client';
import { fileStorage } from 'trpc-rooms/client/file-storage';
import { useRoom } from 'trpc-rooms/react';
import { createRooms, createServer, readConfig, type ProcedureParts, type RoomsContext } from 'trpc-rooms/server';
import { chat, defineRoom, durable } from 'trpc-rooms/shared';
import { roomcheck, startTestServer } from 'trpc-rooms/testing';

export const tasks = defineRoom('tasks', {
  events: { added: durable(z.object({ title: z.string() }), { publish: 'client' }) },
  shorthands: { add: 'added' },
});
const t = initTRPC.context<RoomsContext>().create({ transformer: superjson });
// Exported without a type: their declarations must be nameable from the package's entries.
export async function createAppRouter() {
  const rooms = await createRooms({ rooms: { chat, tasks }, dataDir: null });
  return t.router({ ...rooms.routers, hello: t.procedure.query(() => 'hi') });
}
export type AppRouter = Awaited<ReturnType<typeof createAppRouter>>;
export function createAppClient(url: string, token: string) {
  return createClient({ chat, tasks }, { url, token });
}
export { applyWSSHandler, fileStorage, joinRoom, useRoom };
const contract = { chat, tasks };
export const procedures = ({ rooms, user, router }: ProcedureParts<typeof contract>) => ({
  own: router({
    add: user.input(z.string()).mutation(({ ctx, input: title }) =>
      rooms.publish('tasks', 'own', 'added', { title }, { by: ctx.user })),
  }),
});
export const serve = () => createServer(readConfig({}), { rooms: contract, procedures });
export function createOwnClient(url: string, token: string) {
  return createClient<typeof contract, ReturnType<typeof procedures>>(contract, { url, token });
}

const server = await startTestServer({ rooms: contract, procedures });
const client = createOwnClient(server.socketUrl, await server.token('ada'));
console.log((await client.trpc.own.add.mutate('pack this, too')).at instanceof Date);
const room = client.tasks.join('today', { onGap: 'reload' });
await room.ready;
console.log((await room.add({ title: 'pack it' })).position.endsWith(':1'));
client.close();
await server.close();
console.log((await roomcheck({ seed: 'packed', plans: 3, seconds: 1 })).isClean);
`;

interface Manifest {
  exports: Record<string, { types: string; default: string } | string>;
  bin: Record<string, string>;
  scripts: Record<string, string>;
  dependencies: Record<string, string>;
  peerDependencies: Record<string, string>;
}

const manifestIn = (dir: string) =>
  JSON.parse(readFileSync(join(dir, 'package.json'), 'utf8')) as Manifest;

/** What a project of Node and React has by itself. */
const OF_ITS_OWN = ['@types/node', '@types/react'];

/** A project that has installed the packed package with what that asks for, and nothing of this repository
 *  else. */
async function install(dir: string): Promise<void> {
  await run('npm', ['pack', '--ignore-scripts', '--pack-destination', dir], { cwd: root });
  const tarball = readdirSync(dir).find((name) => name.endsWith('.tgz'));
  await run('tar', ['-xzf', String(tarball)], { cwd: dir });
  const { dependencies, peerDependencies } = manifestIn(join(dir, 'package'));
  for (const name of [...Object.keys({ ...dependencies, ...peerDependencies }), ...OF_ITS_OWN]) {
    const place = join(dir, 'node_modules', name);
    mkdirSync(dirname(place), { recursive: true });
    symlinkSync(join(modules, name), place);
  }
  symlinkSync(join(dir, 'package'), join(dir, 'node_modules/trpc-rooms'));
}

/** What the compiler says of files there, and of every declaration that they reach. */
async function compile(
  dir: string,
  files: readonly string[],
  options: { readonly module: string; readonly lib: readonly string[] },
): Promise<string> {
  const compilerOptions = {
    strict: true,
    exactOptionalPropertyTypes: true,
    declaration: true,
    target: 'es2023',
    types: ['node'],
    skipLibCheck: false,
    outDir: 'out',
    ...options,
  };
  writeFileSync(join(dir, 'tsconfig.json'), JSON.stringify({ compilerOptions, files }));
  const tsc = join(modules, 'typescript/bin/tsc');
  const { stdout } = await run(process.execPath, [tsc, '-p', dir]).catch(
    (error: { stdout: string }) => error,
  );
  return stdout;
}

describe('the packed package', () => {
  const dir = mkdtempSync(join(tmpdir(), 'trpc-rooms-'));
  beforeAll(async () => {
    await install(dir);
    writeFileSync(join(dir, 'package.json'), '{"type":"module"}');
    writeFileSync(join(dir, 'app.ts'), CONSUMER);
  });
  afterAll(() => rmSync(dir, { recursive: true }));

  it('compiles into a project that checks every declaration, and runs there', async () => {
    // As bundlers find modules, and as Node does, which is what then runs.
    for (const module of ['preserve', 'nodenext']) {
      const options = { module, lib: ['es2023', 'dom'] };
      expect(await compile(dir, ['app.ts'], options), module).toBe('');
    }
    const { stdout } = await run(process.execPath, [join(dir, 'out/app.js')], { cwd: dir });
    expect(stdout.trim()).toBe('true\ntrue\ntrue');
  });

  it('needs none of the types of browsers', async () => {
    // tRPC's own client does, of which this is all.
    writeFileSync(join(dir, 'request-info.d.ts'), 'type RequestInfo = string | URL | Request;\n');
    const files = ['app.ts', 'request-info.d.ts'];
    expect(await compile(dir, files, { module: 'nodenext', lib: ['es2024'] })).toBe('');
  });

  it('takes zod and tRPC from the app, of the versions that it is tested with or later', () => {
    const { dependencies, peerDependencies } = manifestIn(join(dir, 'package'));
    const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as {
      packages: Record<string, { version: string }>;
    };
    // A second copy beside the app's makes schemas and frames that this one does not know.
    for (const name of ['zod', '@trpc/server', '@trpc/client']) {
      expect(dependencies).not.toHaveProperty(name);
      expect(peerDependencies[name]).toBe(`^${packages[`node_modules/${name}`]?.version}`);
    }
  });

  it('has no script that npm would run, or ask about, where it is installed', () => {
    const { scripts } = manifestIn(join(dir, 'package'));
    const ran = /^(?:pre|post)?(?:install|prepare)$/;
    expect(Object.keys(scripts).filter((name) => ran.test(name))).toEqual([]);
  });

  it('holds what its exports name, and no source, test or build state', () => {
    const { exports, bin } = manifestIn(join(dir, 'package'));
    const files = readdirSync(join(dir, 'package'), { recursive: true }).map(String);
    const named = Object.values(exports).flatMap((entry) =>
      typeof entry === 'string' ? [entry] : Object.values(entry),
    );
    for (const file of [...named, ...Object.values(bin)]) {
      expect(files).toContain(file.replace('./', ''));
    }
    expect(files.filter((file) => /tests|bench|tsbuildinfo|(?<!\.d)\.ts$/.test(file))).toEqual([]);
  });
});
