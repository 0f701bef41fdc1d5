import { mutant, type Mutant } from './mutant.ts';

/** Bugs of the client. */
export const clientMutants: readonly Mutant[] = [
  mutant(
    'an outbox reads the clock again before it sets its timer',
    'client/outbox/outbox.ts',
    'this.#schedule(now);',
    'this.#schedule(this.#parts.clock.now());',
  ),
  mutant(
    'the client forgets where it stood',
    'client/room-stream.ts',
    '          lastEventId = frame.id;\n',
    '',
  ),
  mutant(
    'the client sends again under a new key',
    'client/joined-room.ts',
    'options.idempotencyKey ?? this.#options.newKey?.()',
    'this.#options.newKey?.()',
  ),
  mutant(
    'a client whose line was cut does not say again what went with it',
    'client/room-publisher.ts',
    'values.seated(follower);',
    '',
  ),
];
