// Redis, two nodes and nginx before them, on this machine: `npm run cluster`. Ctrl-C ends all of it; `r` and Enter restarts
// the nodes one after the other, while clients go on.
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { nginxConf } from './nginx-conf.ts';
import { freePort, untilOpen, untilReady } from './ports.ts';
import { redisConf } from './redis-conf.ts';
import { startProgram, type Program } from './program.ts';

const COMMAND = fileURLToPath(new URL('../../bin/trpc-rooms.js', import.meta.url));
const dir = mkdtempSync(join(tmpdir(), 'trpc-rooms-cluster-'));
// Whoever comes first is ended last.
const running = new Set<Program>();
const restarting = new WeakSet<Program>();
let isEnding = false;

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => end(0));
process.on('exit', () => rmSync(dir, { recursive: true, force: true }));

await main();

async function main(): Promise<void> {
  const redisPort = await freePort();
  await start('redis', 'redis-server', [write('redis.conf', redisConf({ dir, port: redisPort }))]);
  await untilOpen(redisPort);
  const env = {
    REDIS_URL: `redis://127.0.0.1:${redisPort}`,
    // The same for both: a token of one is good for the other.
    AUTH_SECRET: randomBytes(32).toString('hex'),
    GUESTS: 'on',
    TRUSTED_PROXIES: '127.0.0.1',
    DATA_DIR: dir,
  };
  const ports = [await freePort(), await freePort()];
  const nodes = await Promise.all(ports.map((port, no) => startNode(no, port, env)));

  const port = Number(process.env['PORT'] ?? (await freePort()));
  const conf = write('nginx.conf', nginxConf({ dir, port, nodePorts: ports }));
  await start('nginx', 'nginx', ['-p', dir, '-e', 'stderr', '-c', conf]);
  const url = `http://127.0.0.1:${port}`;
  await untilReady(url);
  console.log(`serving ${url} over the nodes ${ports.join(' and ')}`);
  console.log(`try: npx trpc-rooms tail general --url ${url}`);
  console.log('r and Enter: a rolling restart. Ctrl-C: the end.');

  for await (const line of createInterface({ input: process.stdin })) {
    if (line.trim() === 'r') await restart(nodes, (no) => startNode(no, ports[no] ?? 0, env));
  }
}

function write(name: string, text: string): string {
  const path = join(dir, name);
  writeFileSync(path, text);
  return path;
}

/** Starts what the others need: if it ends by itself, so does all of it. */
async function start(...args: Parameters<typeof startProgram>): Promise<Program> {
  // Nothing begins any more; the process is about to exit.
  if (isEnding) await new Promise(() => {});
  const program = startProgram(...args);
  running.add(program);
  void program.ended.then(() => {
    running.delete(program);
    if (isEnding || restarting.has(program)) return;
    console.error(`${program.name} has ended, and all the others with it`);
    end(1);
  });
  return program;
}

async function startNode(no: number, port: number, env: Readonly<Record<string, string>>) {
  const node = await start(`node ${no + 1}`, process.execPath, [COMMAND, 'serve'], {
    ...env,
    PORT: `${port}`,
  });
  await untilReady(`http://127.0.0.1:${port}`);
  return node;
}

async function restart(nodes: Program[], again: (no: number) => Promise<Program>): Promise<void> {
  for (const [no, node] of nodes.entries()) {
    restarting.add(node);
    await node.stop('SIGTERM');
    nodes[no] = await again(no);
  }
  console.log('restarted');
}

/** Ends everything that was started, and nothing else. */
function end(code: number): void {
  if (isEnding) return;
  isEnding = true;
  const stopAll = async () => {
    for (const program of [...running].toReversed()) await program.stop('SIGINT');
    process.exit(code);
  };
  void stopAll();
}
