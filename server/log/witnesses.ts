import type { StoredEvent, Witness } from './room-log.ts';

/** The witnesses of a log, by the kind of room. */
export class Witnesses {
  readonly #byKind = new Map<string, Set<Witness>>();

  add(kind: string, witness: Witness): () => void {
    const witnesses = this.#byKind.get(kind) ?? new Set();
    // One undo for each time, even if it is the same function.
    const own: Witness = (room, event, epoch) => witness(room, event, epoch);
    this.#byKind.set(kind, witnesses.add(own));
    return () => {
      witnesses.delete(own);
      if (witnesses.size === 0 && this.#byKind.get(kind) === witnesses) this.#byKind.delete(kind);
    };
  }

  has(kind: string): boolean {
    return this.#byKind.has(kind);
  }

  /** Tells of events of one room (`roomKey`), in order. */
  tell(key: string, events: readonly StoredEvent[], epoch: string): void {
    // Every append comes by here, and as a rule nobody listens.
    if (this.#byKind.size === 0) return;
    const end = key.indexOf('/');
    const witnesses = this.#byKind.get(key.slice(0, end));
    if (!witnesses) return;
    const room = key.slice(end + 1);
    // Who begins meanwhile hears of what comes after these; who stops, of nothing more.
    const hearers = [...witnesses];
    for (const event of events) {
      for (const witness of hearers) if (witnesses.has(witness)) witness(room, event, epoch);
    }
  }
}
