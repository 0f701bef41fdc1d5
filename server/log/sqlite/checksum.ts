import { crc32 } from 'node:zlib';
import type { StoredEvent } from '../room-log.ts';

/** Guards a stored event against bits that turn on disk: SQLite itself has no checksums. */
export function checksumOf(event: StoredEvent): number {
  const { offset, type, data, by, at, idempotencyKey } = event;
  return crc32(JSON.stringify([offset, type, data, by.id, by.name, at, idempotencyKey ?? null]));
}
