#!/usr/bin/env node
// Plain JavaScript: the Node that starts this may be too old for everything else.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const pathOf = (path) => fileURLToPath(new URL(path, import.meta.url));
const isSource = existsSync(pathOf('../cli/main.ts'));
const isAble = Number.parseInt(process.versions.node, 10) >= 24;
const say = (line) => process.stderr.write(`${line}\n`);
const ownNode = pathOf('../node_modules/node/bin/node');

if (isAble && (!isSource || process.features.typescript)) {
  await import(isSource ? '../cli/main.ts' : '../dist/cli/main.js');
} else if (existsSync(ownNode) && process.env.TRPC_ROOMS_NODE !== 'own') {
  const env = { ...process.env, TRPC_ROOMS_NODE: 'own' };
  // What was said of memory holds for the one that does the work.
  const flags = process.execArgv.filter((flag) => flag.startsWith('--max-'));
  const args = [...flags, fileURLToPath(import.meta.url), ...process.argv.slice(2)];
  const child = spawn(ownNode, args, { stdio: 'inherit', env });
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
  for (const signal of signals) process.on(signal, () => child.kill(signal));
  child.on('error', (error) => {
    say(`error: cannot start ${ownNode}: ${error.message}`);
    process.exit(1);
  });
  child.on('exit', (code, signal) => {
    if (signal === null) process.exit(code ?? 1);
    for (const passed of signals) process.removeAllListeners(passed);
    process.kill(process.pid, signal);
  });
} else {
  say(`error: trpc-rooms needs Node 24, and this is ${process.versions.node}`);
  say('  Install Node 24 or newer; inside the repository, run `npm ci`, which brings one.');
  process.exit(1);
}
