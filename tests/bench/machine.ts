import type { Machine } from '../../bench/machine.ts';

/** Where nothing was measured. */
export const machine: Machine = {
  cpu: 'a processor',
  cores: 2,
  memoryGb: 8,
  system: 'linux',
  node: 'v24.0.0',
  loadBefore: 0.25,
};
