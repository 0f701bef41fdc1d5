import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { LongestFirst } from './tests/longest-first.ts';

// Tests start hundreds of processes and threads, most of which load the same modules.
process.env['NODE_COMPILE_CACHE'] ??= fileURLToPath(
  new URL('node_modules/.cache/compile', import.meta.url),
);

const cores = Math.max(2, availableParallelism());
// Files that block, mock or fail what their own process runs on, or fill a core for seconds. All others share a
// few processes: what costs most of them is to load what they test.
const ALONE = [
  'check/{real,mutants,nodes,simulation}',
  'cli/{check,commands,replay,serve}',
  'client/react/hooks',
  'docs/package',
  'e2e/{cluster-example,failed-sync,full-disk,nodes,nodes-trouble,presence,presence-crash,rolling-restart}',
  'server/documents/asyncapi-parser',
  'server/log/{damage*,query-plans,sqlite-log}',
  'server/redis/{nodes-trouble,presence-losses,shared-presence}',
  'wire/{fuzz,slow-reader}',
].map((name) => `tests/${name}.test.ts`);
const PAGE = 'tests/web/**/*.test.ts';
// What measures has the machine for itself, when the rest is done.
const SPEED = 'tests/web/speed.test.ts';

export default defineConfig({
  test: {
    environment: 'node',
    // Processes: a test that kills, leaks or blocks harms no other file.
    pool: 'forks',
    // Of what hangs, not of what is slow: a machine with other work takes several times as long.
    testTimeout: 180_000,
    hookTimeout: 180_000,
    setupFiles: ['./tests/recorder/setup.ts'],
    globalSetup: ['./tests/recorder/global-setup.ts'],
    teardownTimeout: 2_000,
    // What is waited for comes when the machine gets to it.
    expect: { poll: { timeout: 10_000 } },
    reporters: ['default', './tests/count-reporter.ts'],
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        extends: true,
        test: {
          name: 'alone',
          include: ALONE,
          // Many files wait for processes, timers and disks most of the time.
          maxWorkers: cores + 1,
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: {
          name: 'together',
          include: ['tests/**/*.test.ts'],
          exclude: [PAGE, ...ALONE],
          isolate: false,
          maxWorkers: cores + 1,
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: {
          name: 'page',
          include: [PAGE],
          exclude: [SPEED],
          // A browser takes more than one core.
          maxWorkers: cores,
          sequence: { groupOrder: 1 },
        },
      },
      {
        extends: true,
        test: { name: 'speed', include: [SPEED], maxWorkers: 1, sequence: { groupOrder: 2 } },
      },
    ],
  },
});
