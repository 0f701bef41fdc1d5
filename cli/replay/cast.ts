import type { Ack, By } from '../../shared/index.ts';
import type { Pass } from '../guest.ts';
import { retry, type Patience } from '../retry.ts';
import type { Passes } from './passes.ts';
import { openSeat, type Seat, type Venue } from './seat.ts';

interface Person {
  nick: string;
  pass: Pass | undefined;
  seat: Seat | undefined;
}

/** How a cast is set up. */
export interface CastOptions {
  readonly venue: Venue;
  readonly passes: Passes;
  readonly patience: Patience;
  /** Most connections open at once. */
  readonly maxConnections: number;
}

/** What a cast has done so far. */
export interface CastCounts {
  /** People with a connection now. */
  readonly connected: number;
  /** Connections opened in all. */
  readonly opened: number;
  /** Joins of people who got no connection, because all were taken. */
  readonly unseated: number;
}

/** The people of a chat log, each with a user and a connection of his own while he is there. */
export class Cast {
  readonly #options: CastOptions;
  /** Everybody seen so far, by the nick that he bears now: who comes back is the same user. */
  readonly #people = new Map<string, Person>();
  /** Those with a seat, whoever has been silent longest first. */
  readonly #seated = new Set<Person>();
  #opened = 0;
  #unseated = 0;

  constructor(options: CastOptions) {
    this.#options = options;
  }

  get counts(): CastCounts {
    return { connected: this.#seated.size, opened: this.#opened, unseated: this.#unseated };
  }

  /** He comes in. When all connections are taken he is only counted, until he speaks. */
  async join(nick: string): Promise<void> {
    const person = this.#personOf(nick);
    if (person.seat) return;
    if (this.#seated.size >= this.#options.maxConnections) this.#unseated += 1;
    else await retry(() => this.#seat(person), this.#options.patience);
  }

  /** He goes out. */
  leave(nick: string): void {
    const person = this.#people.get(nick);
    if (person) this.#unseat(person);
  }

  /** The same user goes on under another name, in the room if he was in the room. */
  async rename(nick: string, to: string): Promise<void> {
    const person = this.#personOf(nick);
    if (nick === to) return;
    const { passes, patience } = this.#options;
    person.pass = await retry(() => passes.issue(to, person.pass), patience);
    // Whoever bore that name before has gone, even if the log does not say so.
    this.leave(to);
    this.#people.delete(nick);
    this.#people.set(to, person);
    person.nick = to;
    // A connection is somebody by its token: another name, another connection.
    this.#unseat(person);
    await this.join(to);
  }

  /** He says something, and sits down first if need be. One key for all attempts (SND1). */
  async say(nick: string, text: string, idempotencyKey: string): Promise<{ ack: Ack; by: By }> {
    const person = this.#personOf(nick);
    return retry(async () => {
      const [seat, pass] = await this.#seat(person);
      const ack = await seat.room.send({ text }, { idempotencyKey });
      return { ack, by: pass.user };
    }, this.#options.patience);
  }

  /** Closes every connection. Safe to call twice. */
  close(): void {
    for (const person of this.#seated) this.#unseat(person);
  }

  #personOf(nick: string): Person {
    const known = this.#people.get(nick);
    if (known) return known;
    const person = { nick, pass: undefined, seat: undefined };
    this.#people.set(nick, person);
    return person;
  }

  async #seat(person: Person): Promise<[Seat, Pass]> {
    const { passes, venue } = this.#options;
    const pass = (person.pass ??= await passes.issue(person.nick));
    if (person.seat?.room.current.state === 'failed') this.#unseat(person);
    if (!person.seat) {
      this.#makeSpace();
      person.seat = await openSeat(venue, pass.token);
      this.#opened += 1;
    }
    this.#seated.delete(person);
    this.#seated.add(person);
    return [person.seat, pass];
  }

  #makeSpace(): void {
    if (this.#seated.size < this.#options.maxConnections) return;
    const [silent] = this.#seated;
    if (silent) this.#unseat(silent);
  }

  #unseat(person: Person): void {
    person.seat?.close();
    person.seat = undefined;
    this.#seated.delete(person);
  }
}
