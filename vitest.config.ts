import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['tests/**/*.test.ts'],
    exclude: ['dist/**', '.build/**', 'node_modules/**'],
    environment: 'node',
    // Processes: a test that kills, leaks or blocks harms no other file.
    pool: 'forks',
    // Many files wait for processes, timers and disks most of the time: two at once take half as long.
    maxWorkers: Math.max(2, availableParallelism()),
    testTimeout: 20_000,
    hookTimeout: 20_000,
    teardownTimeout: 5_000,
    reporters: ['default', './tests/count-reporter.ts'],
  },
});
