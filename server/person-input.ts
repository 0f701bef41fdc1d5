import { z } from 'zod';
import { displayName } from '../shared/index.ts';
import { roomId } from '../shared/procedures.ts';

/** Somebody, as the server's own code and backends name him. */
export const personInput = z.strictObject({ id: roomId, name: displayName });

/** Whom something is by, where they say so. */
export const byInput = personInput
  .optional()
  .meta({ description: 'Whom it is by. Default: the server itself, `@server`.' });
