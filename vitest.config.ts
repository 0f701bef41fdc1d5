import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['tests/**/*.test.ts'],
    exclude: ['dist/**', '.build/**', 'node_modules/**'],
    environment: 'node',
    // Processes: a test that kills, leaks or blocks harms no other file.
    pool: 'forks',
    testTimeout: 20_000,
    hookTimeout: 20_000,
    teardownTimeout: 5_000,
    reporters: ['default', './tests/count-reporter.ts'],
  },
});
