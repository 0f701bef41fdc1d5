import {
  type MarkInput,
  type MarkReadInput,
  type ReadState,
  type Receipts,
  type ReceiptsInput,
  type RoomKind,
  type UnreadAnswer,
} from '../../shared/index.ts';
import type { RoomLog } from '../log/room-log.ts';
import type { Records } from '../records/records.ts';
import type { Caller, Gate } from '../rooms/gate.ts';
import type { Hub } from '../rooms/hub.ts';
import type { ReadMarks } from './read-marks.ts';
import { readReceipts } from './receipts.ts';

/** What a reading gate is made from. */
export interface ReadingGateOptions {
  readonly kind: RoomKind;
  readonly gate: Gate;
  readonly hub: Hub;
  readonly log: RoomLog;
  readonly records: Records;
  readonly marks: ReadMarks;
}

/** What users say and ask of reading in rooms of one kind: `authorize` is asked for `read`. */
export class ReadingGate {
  readonly #options: ReadingGateOptions;

  constructor(options: ReadingGateOptions) {
    this.#options = options;
  }

  /** @throws RoomError TOO_MANY, FORBIDDEN and what `ReadMarks.markRead` throws */
  async markRead(caller: Caller, input: MarkReadInput): Promise<ReadState> {
    const { kind, hub, marks } = this.#options;
    await this.#admit(caller, input.room);
    return hub.run(() => marks.markRead(kind, this.#nameOf(input.room), byOf(caller), input));
  }

  /** @throws RoomError TOO_MANY, FORBIDDEN and what `ReadMarks.markUnread` throws */
  async markUnread(caller: Caller, { room, position }: MarkInput): Promise<ReadState> {
    const { kind, hub, marks } = this.#options;
    await this.#admit(caller, room);
    return hub.run(() => marks.markUnread(kind, this.#nameOf(room), byOf(caller), position));
  }

  /** How the caller stands to rooms, in the order of the question; those that he may not read are left out. */
  async unread(caller: Caller, { rooms }: { rooms: readonly string[] }): Promise<UnreadAnswer> {
    const { kind, gate, marks } = this.#options;
    const states: ReadState[] = [];
    for (const room of rooms) {
      const isAllowed = await gate.allows(caller, room, 'read');
      if (isAllowed) states.push(await marks.stateOf(kind, this.#nameOf(room), byOf(caller)));
      // Counting is done on the event loop: everybody else has a turn between two rooms.
      if (rooms.length > 1) await new Promise((resolve) => setImmediate(resolve));
    }
    return { me: caller.user.id, rooms: states };
  }

  /** @throws RoomError FORBIDDEN and what `readReceipts` throws */
  async receipts(caller: Caller, { room, position }: ReceiptsInput): Promise<Receipts> {
    await this.#options.gate.ask(caller, room, 'read');
    return readReceipts(this.#options, this.#nameOf(room), position);
  }

  async #admit(caller: Caller, room: string): Promise<void> {
    await this.#options.gate.admit(caller, room, 'read');
  }

  #nameOf(id: string) {
    return { kind: this.#options.kind.name, id };
  }
}

function byOf({ user: { id, name } }: Caller) {
  return { id, name };
}
