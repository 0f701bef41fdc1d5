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

/** Bugs of reactions. */
export const reactionMutants: readonly Mutant[] = [
  mutant(
    'a reaction of one user is counted twice',
    'server/messages/reaction-rules.ts',
    "if (held > 0 && mode !== 'multiple') return undefined;",
    '',
  ),
  mutant(
    'the answer to a reaction does not wait for its summary',
    'server/messages/reactions.ts',
    'return !isNew && isTold(target.slot.reacted, all)',
    'void this.#summaries.ask(nameOf(target), () => this.#tellOrForget(target));\n    return isNew || isTold(target.slot.reacted, all)',
  ),
];
