import { RoomError } from '../../shared/index.ts';
import { createBucket, type Bucket, type BucketOptions } from '../rate.ts';

/** How fast may be published: so many per second for ever, and `burst` at once after a rest (counts). */
export interface PublishRate {
  readonly perSecond: number;
  readonly burst: number;
}

/** Limits of publishing. A publish has to be within all of them. */
export interface PublishLimits {
  /** By one connection. Default 50 per second, 100 at once. */
  readonly connection: PublishRate;
  /** By one user on all his connections to this node. Default 100 per second, 200 at once. */
  readonly user: PublishRate;
  /** By everybody into one room on this node. Default 500 per second, 1,000 at once. */
  readonly room: PublishRate;
  /** Presence states set by one connection. Default 10 per second, 20 at once; each counts as a publish
   *  as well. */
  readonly presence: PublishRate;
  /** What one user puts into the private streams of others: whispers, invitations, direct rooms, removals.
   *  Default 2 per second, 60 at once; each counts as a publish as well. */
  readonly notices: PublishRate;
  /** Refusals that one connection may collect before it is closed (4429). Default 20 per second, 200
   *  at once: a client that heeds `retryAfterMs` never comes near. */
  readonly refusals: PublishRate;
}

/** The limits where none are given. */
export const defaultPublishLimits: PublishLimits = {
  connection: { perSecond: 50, burst: 100 },
  user: { perSecond: 100, burst: 200 },
  room: { perSecond: 500, burst: 1_000 },
  presence: { perSecond: 10, burst: 20 },
  notices: { perSecond: 2, burst: 60 },
  refusals: { perSecond: 20, burst: 200 },
};

/** Who publishes: a text each. */
export interface Publisher {
  readonly connectionId: string;
  readonly userId: string;
}

/** What is counted: an event, a presence state, or what reaches somebody's private stream. */
export type Metered = 'publish' | 'presence' | 'notice';

/** Decides who publishes too fast. */
export class PublishMeter {
  readonly #connections: Buckets;
  readonly #users: Buckets;
  readonly #rooms: Buckets;
  readonly #states: Buckets;
  readonly #notices: Buckets;
  readonly #refusals: Buckets;
  readonly #clock: () => number;
  #now: number;

  constructor(limits: PublishLimits, clock: () => number) {
    this.#clock = clock;
    this.#now = clock();
    // One look at the clock for all buckets that a publish is measured by.
    const now = () => this.#now;
    this.#connections = new Buckets(limits.connection, now);
    this.#users = new Buckets(limits.user, now);
    this.#rooms = new Buckets(limits.room, now);
    this.#states = new Buckets(limits.presence, now);
    this.#notices = new Buckets(limits.notices, now);
    this.#refusals = new Buckets(limits.refusals, now);
  }

  /** Counts one publish of somebody's. Gives the refusal where it is one too many: then nothing is counted but
   *  that it was refused. */
  take(publisher: Publisher, what: Metered = 'publish'): RoomError | undefined {
    this.#now = this.#clock();
    const buckets = this.#bucketsOf(publisher, what);
    let retryAfterMs = 0;
    for (const bucket of buckets) retryAfterMs = Math.max(retryAfterMs, bucket.waitMs());
    if (retryAfterMs > 0) return tooMany(retryAfterMs);
    for (const bucket of buckets) bucket.take();
    return undefined;
  }

  /** Counts one that was taken, and is allowed, in its room. Gives the refusal likewise: then it is not counted as
   *  its publisher's either. */
  takeRoom(
    roomKey: string,
    publisher: Publisher,
    what: Metered = 'publish',
  ): RoomError | undefined {
    this.#now = this.#clock();
    const bucket = this.#rooms.of(roomKey);
    if (bucket.take()) return undefined;
    for (const own of this.#bucketsOf(publisher, what)) own.giveBack();
    return tooMany(bucket.waitMs());
  }

  /** Counts a refusal. True: this connection goes on in spite of them. */
  isFlood(connectionId: string): boolean {
    this.#now = this.#clock();
    return !this.#refusals.of(connectionId).take();
  }

  #bucketsOf({ connectionId, userId }: Publisher, what: Metered): Bucket[] {
    const buckets = [this.#connections.of(connectionId), this.#users.of(userId)];
    if (what === 'presence') buckets.push(this.#states.of(connectionId));
    if (what === 'notice') buckets.push(this.#notices.of(userId));
    return buckets;
  }
}

function tooMany(retryAfterMs: number): RoomError {
  return new RoomError('TOO_MANY', undefined, { retryAfterMs });
}

const FIRST_SWEEP = 1_024;

/** A bucket for each name. Those that are full again are as good as new ones and are forgotten. */
class Buckets {
  readonly #options: BucketOptions;
  readonly #buckets = new Map<string, Bucket>();
  #sweepAt = FIRST_SWEEP;

  constructor({ perSecond, burst }: PublishRate, now: () => number) {
    this.#options = { capacity: burst, refillPerSecond: perSecond, now };
  }

  of(name: string): Bucket {
    const known = this.#buckets.get(name);
    if (known) return known;
    if (this.#buckets.size >= this.#sweepAt) this.#sweep();
    const bucket = createBucket(this.#options);
    this.#buckets.set(name, bucket);
    return bucket;
  }

  #sweep(): void {
    const { capacity } = this.#options;
    for (const [name, bucket] of this.#buckets) {
      if (bucket.waitMs(capacity) === 0) this.#buckets.delete(name);
    }
    // Twice what is left, so that sweeping costs each name a constant.
    this.#sweepAt = Math.max(FIRST_SWEEP, 2 * this.#buckets.size);
  }
}
