import type { SQLOutputValue } from 'node:sqlite';
import { limits } from '../../../shared/limits.ts';
import { digestOf } from '../digest.ts';
import { lastPastAge } from '../past-age.ts';
import type { Entry, StoredEvent } from '../room-log.ts';
import { checksumOf } from './checksum.ts';
import type { Statements } from './statements.ts';

/** Where and when an event stands. */
export interface Place {
  readonly offset: number;
  readonly at: number;
}

/** A room's number in the database, and the oldest offset that is kept of it. */
export interface KeyedRoom {
  readonly no: number;
  readonly first: number;
}

type Row = Record<string, SQLOutputValue>;
type Keyed = Entry & { readonly idempotencyKey: string };

/** The idempotency keys in the database (SND1), within the writer's transactions. */
export class WriterKeys {
  readonly #sql: Statements;

  constructor(sql: Statements) {
    this.#sql = sql;
  }

  /** Puts an entry's key down for a place, unless it stands for one already: then that is given. `damaged`: it cannot
   *  stand for what is there. */
  take(room: KeyedRoom, entry: Keyed, place: Place): Place | 'conflict' | 'damaged' | undefined {
    const { by, idempotencyKey: key } = entry;
    const digest = digestOf(entry);
    const put = () => {
      const row = [room.no, key, by.id, place.offset, place.at, digest] as const;
      return this.#sql.putKey.run(...row).changes;
    };
    if (Number(put()) === 1) return undefined;
    const row = this.#sql.getKey.get(room.no, key, by.id);
    const repeat = row && this.#judge(room, entry, { row, digest });
    if (repeat) return repeat;
    this.#sql.dropKey.run(room.no, key, by.id);
    put();
    return undefined;
  }

  /** Takes back a key that was put down for what is not appended. */
  drop({ no }: KeyedRoom, key: string, userId: string): void {
    this.#sql.dropKey.run(no, key, userId);
  }

  /** Removes those that are past their age, `most` at once. Returns how many. */
  trim(now: number, most: number): number {
    const youngFrom = now - limits.keyWindowMs + 1;
    const last = lastPastAge(this.#sql.keyTimes.iterate(now), youngFrom, most);
    if (last === undefined) return 0;
    return Number(this.#sql.dropKeys.run(last, most).changes);
  }

  /** What a repeat is told. Keys have no checksum: while the event that one stands for is kept, that says what is right.
   *  Undefined: the key is past its window. */
  #judge(
    room: KeyedRoom,
    entry: Keyed,
    { row, digest }: { row: Row; digest: string },
  ): Place | 'conflict' | 'damaged' | undefined {
    const { idempotencyKey: key, by, type, about } = entry;
    const offset = Number(row['offset']);
    const event = offset < room.first ? undefined : this.#event(room.no, offset);
    const isOwn = event?.idempotencyKey === key && event.by.id === by.id;
    const at = isOwn ? event.at : Number(row['at']);
    if (at <= entry.at - limits.keyWindowMs) return undefined;
    const isSame = event?.type === type && event.about === about;
    if (row['digest'] !== null && row['digest'] !== digest) {
      return isOwn && isSame && event.data === entry.data ? { offset, at } : 'conflict';
    }
    // Whoever wanted the same has it stand for what another had appended.
    const isAnothers = about !== undefined && isSame;
    return isOwn || isAnothers || offset < room.first ? { offset, at } : 'damaged';
  }

  /** A stored event. Undefined: there is none, or it fails its checksum. */
  #event(room: number, offset: number): StoredEvent | undefined {
    const row = this.#sql.event.get(room, offset);
    if (!row) return undefined;
    const { type, data, by_id: id, by_name: name, at, key, about, checksum } = row;
    const event = {
      offset,
      type: String(type),
      data: data === null ? null : String(data),
      by: { id: String(id), name: String(name) },
      at: Number(at),
      idempotencyKey: key === null ? undefined : String(key),
      about: about === null ? undefined : Number(about),
    };
    return checksumOf(event) === checksum ? event : undefined;
  }
}
