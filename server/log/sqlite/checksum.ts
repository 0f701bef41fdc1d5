import { crc32 } from 'node:zlib';
import type { StoredEvent } from '../room-log.ts';

/** Guards a stored event against bits that turn on disk: SQLite itself has no checksums. */
export function checksumOf(event: StoredEvent): number {
  const { offset, type, data, by, at, idempotencyKey, about } = event;
  const columns = [offset, type, data, by.id, by.name, at, idempotencyKey ?? null];
  // As before there were events about others: their checksums stay what they are.
  return crc32(JSON.stringify(about === undefined ? columns : [...columns, about]));
}
