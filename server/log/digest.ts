import { hash } from 'node:crypto';
import type { Entry } from './room-log.ts';

/** Names what an idempotency key stands for: a repeat has the same type, is about the same event and says
 *  the same (SND1). */
export function digestOf({ type, data, about, says = data }: Entry): string {
  const what = about === undefined ? type : `${type} ${about}`;
  return hash('sha256', `${what}\n${says}`, 'base64url');
}
