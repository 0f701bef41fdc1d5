import { createHash } from 'node:crypto';
import type { By } from '../../shared/index.ts';

/** What an event says and who says it, in 16 characters: equal for equal events. */
export function digestOf(type: string, by: By, text: string): string {
  const said = JSON.stringify([type, by.id, by.name, text]);
  return createHash('sha256').update(said).digest('base64url').slice(0, 16);
}
