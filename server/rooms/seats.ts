import { afresh } from '../afresh.ts';
import type { Clock } from '../clock.ts';
import type { RoomName } from '../log/room-log.ts';
import type { Member } from '../presence/presence.ts';
import type { Feed } from './feed.ts';
import { OwnFeeds } from './own-feeds.ts';

/** Where the member of a feed sits. */
export interface Seat {
  readonly name: RoomName;
  readonly member: Member;
  /** Has his connection broken, when the feed ends? Unset: he leaves on purpose. */
  readonly isGone: (() => boolean) | undefined;
  /** May he sit here still? Rejects where nobody can say. Unset: nobody is to be asked. */
  readonly mayStay: (() => Promise<boolean>) | undefined;
}

// Each may read its room and its user from the store.
const ASKED_AT_ONCE = 100;
const AGAIN_MS = 2_000;

/** The seats of this node, one for each feed. */
export class Seats {
  readonly #seats = new Map<Feed, Seat>();
  readonly #own = new OwnFeeds();
  readonly #clock: Clock;
  readonly #onError: (error: unknown) => void;
  /** Those of whom nobody could say whether they may stay, with the round in which they were asked for. */
  readonly #unanswered = new Map<Feed, number>();
  #rounds = 0;
  #isRetryDue = false;

  /** `onError` hears why seats cannot be asked for, once until all of them can be. */
  constructor(clock: Clock, onError: (error: unknown) => void) {
    this.#clock = clock;
    this.#onError = onError;
  }

  /** All feeds that have one. */
  get feeds(): readonly Feed[] {
    return [...this.#seats.keys()];
  }

  add(feed: Feed, seat: Seat): void {
    this.#seats.set(feed, seat);
    this.#own.add(seat.name, seat.member.user.id, feed);
  }

  /** Takes the seat of a feed away. Undefined: it has none, or none any more. */
  remove(feed: Feed): Seat | undefined {
    const seat = this.#seats.get(feed);
    if (!seat) return undefined;
    this.#seats.delete(feed);
    this.#own.remove(seat.name, seat.member.user.id, feed);
    return seat;
  }

  /** The feeds that a user has of a room. */
  of(room: RoomName, userId: string): readonly Feed[] {
    return this.#own.of(room, userId);
  }

  /** Asks for every seat whether its member may keep it, and ends the feeds of those who may not (AUT1). Where
   *  that cannot be said now the feed goes on, and it is asked again. Never rejects. */
  readonly askAgain: () => Promise<void> = afresh(() => this.#askAll(this.feeds));

  async #askAll(feeds: readonly Feed[]): Promise<void> {
    const isNews = this.#unanswered.size === 0;
    const round = (this.#rounds += 1);
    const causes: unknown[] = [];
    for (let from = 0; from < feeds.length; from += ASKED_AT_ONCE) {
      const asking = feeds.slice(from, from + ASKED_AT_ONCE).map(async (feed) => {
        try {
          await this.#ask(feed);
          // An answer that is late says nothing for a later round.
          if ((this.#unanswered.get(feed) ?? 0) <= round) this.#unanswered.delete(feed);
        } catch (cause) {
          this.#unanswered.set(feed, round);
          causes.push(cause);
        }
      });
      await Promise.all(asking);
    }
    if (this.#unanswered.size > 0) this.#retry();
    if (isNews && causes.length > 0) this.#onError(causes[0]);
  }

  #retry(): void {
    if (this.#isRetryDue) return;
    this.#isRetryDue = true;
    this.#clock.after(AGAIN_MS, () => {
      this.#isRetryDue = false;
      void this.#askAll([...this.#unanswered.keys()]);
    });
  }

  async #ask(feed: Feed): Promise<void> {
    if ((await this.#seats.get(feed)?.mayStay?.()) === false) feed.revoke('revoked');
  }
}
