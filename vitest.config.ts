import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { LongestFirst } from './tests/longest-first.ts';

// Tests start hundreds of processes and threads, most of which load the same modules.
process.env['NODE_COMPILE_CACHE'] ??= fileURLToPath(
  new URL('node_modules/.cache/compile', import.meta.url),
);

const cores = Math.max(2, availableParallelism());
// Functions and classes, tested without processes; nothing is left behind that another file could meet.
const PURE = [
  'shared',
  'server/rooms',
  'server/membership',
  'server/transport',
  'client/outbox',
  'client/link',
].map((folder) => `tests/${folder}/**/*.test.ts`);
// What measures has the machine for itself, when the rest is done.
const SPEED = 'tests/web/speed.test.ts';

export default defineConfig({
  test: {
    environment: 'node',
    // Processes: a test that kills, leaks or blocks harms no other file.
    pool: 'forks',
    testTimeout: 40_000,
    hookTimeout: 40_000,
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
          name: 'all',
          include: ['tests/**/*.test.ts'],
          exclude: ['tests/web/**', ...PURE],
          // Many files wait for processes, timers and disks most of the time.
          maxWorkers: cores + 1,
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: {
          name: 'pure',
          include: PURE,
          // Few processes for all of them: what costs most is to load what they test.
          isolate: false,
          maxWorkers: cores + 1,
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: {
          name: 'page',
          include: ['tests/web/**/*.test.ts'],
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
