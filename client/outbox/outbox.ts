import { HOUR, RoomError, type Ack } from '../../shared/index.ts';
import { toRoomError } from '../call-error.ts';
import { harmless } from '../listeners.ts';
import { tooLarge } from '../too-large.ts';
import { NO_ANSWER, within } from '../within.ts';
import { makeRoom, mayLeave } from './bounds.ts';
import { isPending, type Echo, type Entry } from './entry.ts';
import { createJournal, type Journal } from './journal.ts';
import { expiryOf, isDiscardable, leftOf, nextToSend, type Line } from './line.ts';
import { Lines } from './lines.ts';
import type { OutboxParts } from './outbox-options.ts';
import { isSame, newEntry, textOf, type Publish } from './publish.ts';
import { readAck } from './read-ack.ts';

/** One room of one kind, as text. `/` is in no kind and no id. */
export const roomKey = (kind: string, room: string) => `${kind}/${room}`;

// A storage that hangs keeps nobody from sending.
const STORAGE = { ms: 5_000, late: 'the storage did not answer' } as const;

/** Unsent publishes of one client, line by line in the order of each room (SND2). Every one ends as
 *  acked, rejected or expired. */
export class Outbox {
  readonly #parts: OutboxParts;
  readonly #journal: Journal | undefined;
  readonly #lines: Lines;
  /** Bytes of what is under way, by key. */
  readonly #inFlight = new Map<string, number>();
  #restoring: 'before' | 'now' | 'done';
  /** Storage has hung: nothing waits for it again. */
  #hangs = false;
  #final: RoomError | undefined;
  #cancelTimer = () => {};

  constructor(parts: OutboxParts) {
    const { storage, locks, newKey, onStorageError: onError = () => {} } = parts;
    this.#parts = parts;
    this.#journal = storage && createJournal({ storage, locks, owner: newKey(), onError });
    this.#lines = new Lines(this.#journal);
    this.#restoring = this.#journal ? 'before' : 'done';
    this.#pump();
  }

  /** The entries of a room, in the order of sending. The same object until one changes. */
  line(room: string): Line {
    return this.#lines.of(room);
  }

  /** All entries, room by room. */
  entries(): Entry[] {
    return this.#lines.entries();
  }

  /** Calls `listener` at every change. Returns the undo. */
  subscribe(listener: () => void): () => void {
    return this.#lines.subscribe(listener);
  }

  /** Publishes in the order of calling. A key that is under way is joined.
   *  @throws RoomError CONFLICT (the key stands for other data), TOO_MANY (the outbox is full), TOO_LARGE, and
   *  whatever ends the entry */
  async publish(publish: Publish): Promise<Ack> {
    if (this.#final) throw this.#final;
    const { key } = publish;
    const text = textOf(publish);
    const known = this.#lines.find(key)?.entry;
    if (known && isPending(known)) {
      if (!isSame(known, publish, text)) throw new RoomError('CONFLICT');
      return this.#lines.answer(key);
    }
    const entry = newEntry(publish, text, this.#parts.user(), this.#parts.clock.now());
    if (known) this.discard(key);
    this.#makeRoom(entry.bytes);
    const answer = this.#lines.answer(key);
    this.#lines.apply(roomKey(publish.kind, publish.room), { what: 'published', entry });
    this.#pump();
    return answer;
  }

  /** Sends again what was rejected or has expired, as the newest of its room. @throws RoomError */
  async retry(key: string): Promise<Ack> {
    if (this.#final) throw this.#final;
    const found = this.#lines.find(key);
    if (!found) throw new RoomError('BAD_INPUT', 'no such entry in the outbox');
    const newKey = this.#parts.newKey();
    const now = this.#parts.clock.now();
    const ages = this.#agesOf(found.room);
    this.#lines.apply(found.room, { what: 'retried', key, newKey, now, ...ages });
    const again = (this.#lines.find(newKey) ?? this.#lines.find(key))?.entry;
    if (again?.state === 'acked') return again.ack;
    const answer = this.#lines.answer(again?.key ?? key);
    this.#pump();
    return answer;
  }

  /** Forgets an entry that has its answer, and takes back one that was never sent: its publish is EVENT_REMOVED. True: it
   *  is gone, and nothing is sent of it any more. False where it is too late: it is stored, or may be. */
  discard(key: string): boolean {
    const found = this.#lines.find(key);
    // What was left to the next life of the app may be on its way by now.
    if (!found || (this.#final && isPending(found.entry))) return false;
    this.#lines.apply(found.room, { what: 'discarded', key });
    return isDiscardable(found.entry) && found.entry.state !== 'acked';
  }

  /** The stream of a room has shown an event with a key, one's own or somebody's. */
  echoed(room: string, key: string, by: string, echo: Echo): void {
    this.#lines.apply(room, { what: 'echoed', key, by, echo });
  }

  /** The stream of a room has come to a position. */
  saw(room: string, position: string): void {
    this.#lines.saw(room, position);
  }

  /** How long the room's log remembers keys, in milliseconds. */
  setKeyWindow(room: string, ms: number): void {
    this.#lines.setKeyWindow(room, ms);
  }

  /** Something has changed outside: a connection is open, or it is known who publishes. */
  wake(): void {
    const { user, isOpen } = this.#parts;
    const who = user();
    if (who !== undefined) this.#lines.applyToAll({ what: 'owned', user: who });
    if (isOpen()) this.#lines.applyToAll({ what: 'connected' });
    this.#pump();
  }

  /** Ends: in memory what is unsent expires; what is stored stays for the next. Safe to call twice. */
  close(error: RoomError): void {
    if (this.#final) return;
    this.#final = error;
    this.#cancelTimer();
    this.#lines.applyToAll({ what: 'ended', error, isStored: this.#journal !== undefined });
    this.#journal?.close();
    this.#lines.rejectAnswers(error);
  }

  /** Nobody has left anything. */
  get #isRestored(): boolean {
    return this.#restoring === 'done' || this.#parts.user() === '';
  }

  #makeRoom(bytes: number): void {
    const { maxEntries = 1_000, maxBytes = 1024 * 1024 } = this.#parts;
    // Whatever goes, it would not fit.
    if (bytes > maxBytes) throw tooLarge(bytes, maxBytes);
    const gone = makeRoom(this.entries(), bytes, { maxEntries, maxBytes });
    if (!gone) throw new RoomError('TOO_MANY', 'the outbox is full');
    for (const { key } of gone) this.discard(key);
  }

  /** Sends what may be sent now, and comes back when there is more. */
  #pump(): void {
    if (this.#final) return;
    // Read once: what is too early to be sent by one reading must not be too late to wait for by the next.
    const now = this.#parts.clock.now();
    this.#age(now);
    this.#restore();
    const { isOpen, user } = this.#parts;
    const who = user();
    if (this.#isRestored && who !== undefined && isOpen()) {
      for (const room of this.#lines.rooms()) {
        const entry = nextToSend(this.line(room), who, now);
        if (!entry) continue;
        // Its turn: smaller ones that went past it, one after the other, would keep it here for ever.
        if (!mayLeave(entry.bytes, this.#inFlight.values())) break;
        this.#send(room, entry);
      }
    }
    this.#schedule(now);
  }

  #send(room: string, entry: Entry): void {
    const { clock, random } = this.#parts;
    const { key } = entry;
    this.#inFlight.set(key, entry.bytes);
    this.#lines.moveBack(room);
    this.#lines.apply(room, { what: 'sent', key, now: clock.now() });
    const marked = this.#hangs ? undefined : this.#journal?.marked(key);
    within(clock, NO_ANSWER, async (signal) => {
      if (marked) await this.#outlast(marked);
      return readAck(await this.#parts.send(entry, signal));
    })
      .then(
        (ack) => this.#lines.apply(room, { what: 'acked', key, ack }),
        (cause: unknown) => {
          const error = toRoomError(cause);
          const failed = {
            what: 'failed',
            key,
            error,
            now: clock.now(),
            random: random(),
          } as const;
          // What fails because the client ends has its end already.
          if (!this.#final) this.#lines.apply(room, failed);
        },
      )
      .finally(() => {
        this.#inFlight.delete(key);
        this.#pump();
      });
  }

  /** Waits for storage before something is sent. @throws RoomError when there is no sending by then */
  async #outlast(writing: Promise<void>): Promise<void> {
    const { clock, isOpen } = this.#parts;
    await within(clock, STORAGE, () => writing).catch(() => (this.#hangs = true));
    if (this.#final) throw this.#final;
    if (!isOpen()) throw new RoomError('DISCONNECTED');
  }

  #age(now: number): void {
    for (const room of this.#lines.rooms()) {
      this.#lines.apply(room, { what: 'aged', now, ...this.#agesOf(room) });
    }
  }

  #agesOf(room: string): { maxAgeMs: number; keyWindowMs: number } {
    const { maxAgeMs = 12 * HOUR } = this.#parts;
    return { maxAgeMs, keyWindowMs: this.#lines.keyWindowMs(room) };
  }

  /** Comes back when a wait is over or an entry too old. */
  #schedule(now: number): void {
    this.#cancelTimer();
    let next = Number.POSITIVE_INFINITY;
    for (const room of this.#lines.rooms()) {
      const ages = this.#agesOf(room);
      for (const entry of this.line(room)) {
        if (entry.state !== 'queued') continue;
        const leftMs = leftOf(entry.wait, now);
        if (leftMs > 0) next = Math.min(next, now + leftMs);
        next = Math.min(next, expiryOf(entry, ages));
      }
    }
    if (!Number.isFinite(next)) return;
    this.#cancelTimer = this.#parts.clock.after(Math.max(1, next - now), () => this.#pump());
  }

  /** Loads what earlier lives left, as soon as it is known whose that is. */
  #restore(): void {
    const user = this.#parts.user();
    if (this.#restoring !== 'before' || !user || !this.#journal) return;
    this.#restoring = 'now';
    const { clock, onStorageError = () => {} } = this.#parts;
    const onFail = harmless(onStorageError);
    const done = () => {
      cancel();
      if (this.#restoring === 'done') return;
      this.#restoring = 'done';
      this.#pump();
    };
    const cancel = clock.after(STORAGE.ms, done);
    const adopt = (entries: readonly Entry[]) => this.#adopt(entries);
    this.#journal.restore(user, adopt).catch(onFail).finally(done);
  }

  #adopt(entries: readonly Entry[]): void {
    if (this.#final) return;
    const rooms = new Set(entries.map(({ kind, room }) => roomKey(kind, room)));
    for (const name of rooms) {
      const own = entries.filter(({ kind, room }) => roomKey(kind, room) === name);
      this.#lines.apply(name, { what: 'restored', entries: own });
    }
    this.#pump();
  }
}
