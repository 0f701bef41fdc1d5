import { hash } from 'node:crypto';
import type { Entry } from './room-log.ts';

/** Names what an idempotency key stands for: a repeat has the same type and data (SND1). */
export function digestOf({ type, data }: Pick<Entry, 'type' | 'data'>): string {
  return hash('sha256', `${type}\n${data}`, 'base64url');
}
