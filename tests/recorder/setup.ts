import { expect } from 'vitest';

// What clients see in the tests from end to end is held against the published documents (see global-setup.ts).
if (expect.getState().testPath?.includes('/tests/e2e/')) (await import('./recorder.ts')).record();
