// Before `npm test`: some tests start programs of their own, a `redis-server`, an nginx or a Chromium. As root on Debian they are
// installed, without starting them as services; elsewhere those tests are skipped, and it is said so.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chromiumPath } from './kit/chromium.ts';

const PROGRAMS = [
  { program: 'redis-server', version: '--version', debian: 'redis-server', of: 'Redis' },
  { program: 'nginx', version: '-v', debian: 'nginx-light', of: 'examples/cluster' },
  {
    program: chromiumPath() ?? 'chromium',
    version: '--version',
    debian: 'chromium',
    of: 'the page',
  },
];

const missing = () =>
  PROGRAMS.filter(({ program, version }) => spawnSync(program, [version]).status !== 0);
const say = (line: string) => process.stderr.write(`${line}\n`);

function install(names: readonly string[]): void {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' };
  const apt = (...args: string[]) => spawnSync('apt-get', ['-q', ...args], { env }).status === 0;
  say(`tests: installing the Debian packages ${names.join(' and ')}, which tests run (apt-get)`);
  const add = () => apt('install', '-y', '--no-install-recommends', ...names);
  if (!add() && apt('update')) add();
}

const lacking = missing();
if (lacking.length > 0 && process.getuid?.() === 0 && existsSync('/etc/debian_version')) {
  install(lacking.map(({ debian }) => debian));
}
for (const { program, of } of missing()) {
  say(`tests: there is no ${program}, so ALL TESTS OF ${of} ARE SKIPPED; install it to run them`);
}
