import { mutant, type Mutant } from './mutant.ts';

/** Bugs of who may be where. */
export const accessMutants: readonly Mutant[] = [
  mutant(
    'whoever is banned goes on in an open room',
    'server/membership/decisions.ts',
    '  if (isBanned) return false;\n',
    '',
  ),
  mutant(
    'the streams of whoever is shut out go on',
    'server/rooms/hub.ts',
    '    this.#rooms.find(room)?.revoke(revoked);\n',
    '',
  ),
];
