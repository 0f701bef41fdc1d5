import { hash } from 'node:crypto';
import type { Entry } from './room-log.ts';

/** Names what an idempotency key stands for: a repeat has the same type and data, and is about the same
 *  event (SND1). */
export function digestOf({ type, data, about }: Pick<Entry, 'type' | 'data' | 'about'>): string {
  const what = about === undefined ? type : `${type} ${about}`;
  return hash('sha256', `${what}\n${data}`, 'base64url');
}
