import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

// Tests start hundreds of processes and threads, most of which load the same modules.
process.env['NODE_COMPILE_CACHE'] ??= fileURLToPath(
  new URL('node_modules/.cache/compile', import.meta.url),
);

export default defineConfig({
  test: {
    environment: 'node',
    // Processes: a test that kills, leaks or blocks harms no other file.
    pool: 'forks',
    testTimeout: 40_000,
    hookTimeout: 40_000,
    setupFiles: ['./tests/recorder/setup.ts'],
    globalSetup: ['./tests/recorder/global-setup.ts'],
    teardownTimeout: 5_000,
    // What is waited for comes when the machine gets to it.
    expect: { poll: { timeout: 10_000 } },
    reporters: ['default', './tests/count-reporter.ts'],
    projects: [
      {
        extends: true,
        test: {
          name: 'all',
          include: ['tests/**/*.test.ts'],
          exclude: ['tests/web/**'],
          // Many files wait for processes, timers and disks most of the time: two at once take half as long.
          maxWorkers: Math.max(2, availableParallelism()),
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: {
          name: 'page',
          include: ['tests/web/**/*.test.ts'],
          // A browser takes all cores for itself: one file after the other, when the rest is done.
          maxWorkers: 1,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
