import { CHANGE_TYPES, messageTypes, type RoomEvent, type RoomKind } from '../../shared/index.ts';
import type { RoomLog, RoomName, StoredEvent } from '../log/room-log.ts';
import { dataBytes, roomEvent } from '../rooms/tracked-frame.ts';

/** What has happened since to the events of a page of history: with it, a page is folded to date by
 *  whoever reads no other. */
export class PageChanges {
  readonly #log: RoomLog;
  readonly #room: RoomName;
  readonly #isAlive: boolean;
  #first = Number.POSITIVE_INFINITY;
  #last = 0;

  constructor(log: RoomLog, room: RoomName, kind: RoomKind) {
    this.#log = log;
    this.#room = room;
    this.#isAlive = messageTypes(kind).size > 0;
  }

  /** Adds a run of events that the page covers, erased ones too. */
  add(events: readonly StoredEvent[]): void {
    this.#first = Math.min(this.#first, events[0]?.offset ?? this.#first);
    this.#last = Math.max(this.#last, events.at(-1)?.offset ?? 0);
  }

  /** Of each event the newest change of each type that stands beyond the page. Nothing, if there is none.
   *  `bytes`: of their data. */
  async changes(epoch: string): Promise<{ changes?: readonly RoomEvent[]; bytes: number }> {
    if (!this.#isAlive || this.#last === 0) return { bytes: 0 };
    const range = { first: this.#first, last: this.#last, types: CHANGE_TYPES };
    const found = await this.#log.changes(this.#room, range);
    const beyond = found.filter(({ offset }) => offset > this.#last);
    const bytes = beyond.reduce((sum, event) => sum + dataBytes(event), 0);
    const changes = beyond.flatMap((event) => roomEvent(event, epoch) ?? []);
    return changes.length > 0 ? { changes, bytes } : { bytes };
  }
}
