import { limits } from '../../../shared/limits.ts';
import { digestOf } from '../digest.ts';
import { lastPastAge } from '../past-age.ts';
import type { Entry } from '../room-log.ts';
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

/** The idempotency keys in the database (SND1), within the writer's transactions. */
export class WriterKeys {
  readonly #sql: Statements;

  constructor(sql: Statements) {
    this.#sql = sql;
  }

  /** Puts an entry's key down for a place, unless it stands for one already: then that is given. */
  take(
    room: KeyedRoom,
    entry: Entry & { readonly idempotencyKey: string },
    place: Place,
  ): Place | 'conflict' | undefined {
    const { by, at, idempotencyKey: key } = entry;
    const digest = digestOf(entry);
    const put = () => {
      const row = [room.no, key, by.id, place.offset, place.at, digest] as const;
      return this.#sql.putKey.run(...row).changes;
    };
    if (Number(put()) === 1) return undefined;
    const row = this.#sql.getKey.get(room.no, key, by.id);
    if (row && Number(row['at']) > at - limits.keyWindowMs) {
      if (row['digest'] !== null && row['digest'] !== digest) return 'conflict';
      this.#check(room, Number(row['offset']), entry);
      return { offset: Number(row['offset']), at: Number(row['at']) };
    }
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

  /** Keys have no checksum; the event that one stands for says whether it is right, while it is kept. */
  #check(room: KeyedRoom, offset: number, entry: Entry): void {
    if (offset < room.first) return;
    const event = this.#sql.one.get(room.no, offset);
    const { idempotencyKey: key, by, type, about } = entry;
    if (event?.['key'] === key && event?.['by_id'] === by.id) return;
    // Whoever wanted the same has it stand for what another had appended.
    if (about !== undefined && event?.['about'] === about && event['type'] === type) return;
    throw new Error(`the idempotency key of offset ${offset} stands for another event`);
  }
}
