import type { Contract } from './room-kind.ts';

/** A contract's keys are its kinds' names, on the server and on the client: procedures are found by them.
 *  @throws Error */
export function checkKeys(contract: Contract): void {
  for (const [key, kind] of Object.entries(contract)) {
    if (key !== kind.name)
      throw new Error(`rooms: "${key}" must be named ${kind.name}, as its kind`);
  }
}
