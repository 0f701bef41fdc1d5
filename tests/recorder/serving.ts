import type { Contract } from '../../shared/index.ts';

/** Where the recorder of a process stands, if it has one. */
export const RECORDER = Symbol.for('trpc-rooms.recorder');

/** Tells the recorder, if there is one, of a contract that a server has. */
export function serving(contract: Contract | undefined): void {
  const { [RECORDER]: recorder } = globalThis as {
    [RECORDER]?: { serve(contract: Contract): void };
  };
  if (contract) recorder?.serve(contract);
}
