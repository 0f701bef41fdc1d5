import { clientMutants } from './client-mutants.ts';
import { logMutants } from './log-mutants.ts';
import type { Mutant } from './mutant.ts';
import { roomMutants } from './room-mutants.ts';
import { streamMutants } from './stream-mutants.ts';

/** Bugs that simulated plans have to find. */
export const simulatedMutants: readonly Mutant[] = [
  ...logMutants,
  ...streamMutants,
  ...roomMutants,
  ...clientMutants,
];
