import { z } from 'zod';
import { displayName, SERVER, type By } from '../shared/index.ts';
import { idempotencyKey, roomId } from '../shared/procedures.ts';
import { demand } from './bad-input.ts';

/** Somebody, as the server's own code and backends name him. */
export const personInput = z.strictObject({ id: roomId, name: displayName });

/** Whom something is by, where they say so. */
export const byInput = personInput
  .optional()
  .meta({ description: 'Whom it is by. Default: the server itself, `@server`.' });

/** Whom something is by, and under which key. */
export interface ByWhom {
  readonly by?: By | undefined;
  readonly idempotencyKey?: string | undefined;
}

// Whoever speaks for somebody may well hand over a whole `User`: no more is taken of him than everybody may see.
const byWhom = z.object({ by: personInput.strip().optional(), idempotencyKey });

/** The same from the server's own code, in the forms that are asked of backends: all who follow are told of it. Unset:
 *  the server itself, which may name itself too. @throws RoomError BAD_INPUT */
export function readByWhom({ by, idempotencyKey: key }: ByWhom) {
  const isServer = by?.id === SERVER.id && by.name === SERVER.name;
  const read = demand(byWhom, { by: isServer ? undefined : by, idempotencyKey: key });
  return { by: read.by ?? SERVER, idempotencyKey: read.idempotencyKey };
}
