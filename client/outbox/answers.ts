import { RoomError, type Ack } from '../../shared/index.ts';
import { isPending } from './entry.ts';
import type { Line } from './line.ts';

/** Those who wait for what becomes of an entry. */
export class Answers {
  readonly #promises = new Map<string, Promise<Ack>>();
  readonly #settlers = new Map<string, Settler>();

  /** The answer to a key: one promise, however many wait for it. */
  of(key: string): Promise<Ack> {
    const known = this.#promises.get(key);
    if (known) return known;
    const answer = new Promise<Ack>((resolve, reject) => {
      this.#settlers.set(key, { resolve, reject });
    });
    // Who does not wait for it reads the outbox instead.
    answer.catch(() => {});
    this.#promises.set(key, answer);
    return answer;
  }

  /** Answers for what a line had open and has no more. */
  settle(before: Line, after: Line): void {
    const open = new Set(before.filter(isPending).map(({ key }) => key));
    for (const entry of after) {
      const wasOpen = open.delete(entry.key);
      if (isPending(entry) || !wasOpen) continue;
      const settler = this.#take(entry.key);
      if (entry.state === 'acked') settler?.resolve(entry.ack);
      else settler?.reject(entry.error);
    }
    for (const key of open) this.#take(key)?.reject(takenBack());
  }

  /** Ends what is left. */
  rejectAll(error: RoomError): void {
    for (const key of this.#settlers.keys()) this.#take(key)?.reject(error);
  }

  #take(key: string): Settler | undefined {
    const settler = this.#settlers.get(key);
    this.#settlers.delete(key);
    this.#promises.delete(key);
    return settler;
  }
}

interface Settler {
  readonly resolve: (ack: Ack) => void;
  readonly reject: (error: RoomError) => void;
}

function takenBack(): RoomError {
  return new RoomError('EVENT_REMOVED', 'it was discarded before it was sent');
}
