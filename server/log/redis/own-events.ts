import { roomKey, type RoomName, type StoredEvent, type Witness } from '../room-log.ts';
import { Witnesses } from '../witnesses.ts';

interface Own {
  readonly key: string;
  readonly event: StoredEvent;
}

/** What this node has appended, for witnesses: in offset order. Redis answers in that order, but not every answer
 *  has an equally long way through promises, so that those of one read of the socket are told together. */
export class OwnEvents {
  readonly #witnesses = new Witnesses();
  /** By epoch: offsets of two epochs have no order. */
  #waiting = new Map<string, Own[]>();
  #telling: Promise<void> | undefined;

  witness(kind: string, witness: Witness): () => void {
    return this.#witnesses.add(kind, witness);
  }

  /** Does anybody want to hear of rooms of this kind? */
  areWanted(kind: string): boolean {
    return this.#witnesses.has(kind);
  }

  /** Resolves when it has been told. */
  tell(room: RoomName, event: StoredEvent, epoch: string): Promise<void> {
    const own = this.#waiting.get(epoch) ?? [];
    own.push({ key: roomKey(room), event });
    this.#waiting.set(epoch, own);
    return (this.#telling ??= new Promise((resolve) => {
      // Behind all promises that can go on now, and before anything else is read.
      process.nextTick(() => {
        this.#tellAll();
        resolve();
      });
    }));
  }

  #tellAll(): void {
    this.#telling = undefined;
    const waiting = this.#waiting;
    this.#waiting = new Map();
    for (const [epoch, own] of waiting) {
      // Rooms need no order among each other.
      own.sort((a, b) => a.event.offset - b.event.offset);
      for (const { key, event } of own) this.#witnesses.tell(key, [event], epoch);
    }
  }
}
