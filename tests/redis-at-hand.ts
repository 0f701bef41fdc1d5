// Before `npm test`: tests of Redis start a `redis-server` of their own and need the program for it. As root on
// Debian it is installed, without starting it as a service; elsewhere those tests are skipped, and it is said so.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

const has = () => spawnSync('redis-server', ['--version']).status === 0;
const say = (line: string) => process.stderr.write(`${line}\n`);

function install(): void {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' };
  const apt = (...args: string[]) => spawnSync('apt-get', ['-q', ...args], { env }).status === 0;
  say('tests: installing the Debian package redis-server, which the tests of Redis run (apt-get)');
  const add = () => apt('install', '-y', '--no-install-recommends', 'redis-server');
  if (!add() && apt('update')) add();
}

if (!has() && process.getuid?.() === 0 && existsSync('/etc/debian_version')) install();
if (!has()) {
  say('tests: there is no redis-server, so ALL TESTS OF REDIS ARE SKIPPED; install it to run them');
}
