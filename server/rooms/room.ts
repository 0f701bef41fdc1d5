import { observable, type Observable } from '@trpc/server/observable';
import {
  formatPosition,
  limits,
  type Delivery,
  type Frame,
  type LatestKey,
  type LatestSpec,
  type Position,
  type RoomEvent,
  type RoomKind,
} from '../../shared/index.ts';
import type { LiveMessage } from '../bus/bus.ts';
import type { Clock } from '../clock.ts';
import type { Page, RoomLog, RoomName, StoredEvent } from '../log/room-log.ts';
import type { Member } from '../presence/presence.ts';
import { decodeData } from './encoding.ts';
import { LatestValues, type Gone } from './latest-values.ts';
import { Seats } from './seats.ts';
import { durableFrame, type TrackedFrame } from './tracked-frame.ts';

/** What a room is made from. */
export interface RoomOptions {
  readonly name: RoomName;
  readonly kind: RoomKind;
  readonly log: RoomLog;
  /** Where the log stood when the room was opened. */
  readonly position: Position;
  readonly clock: Clock;
  readonly frameNumber: () => string;
  /** Called when the last follower has gone or the last value has expired. */
  readonly onQuiet: () => void;
}

/** Who follows a room. */
export interface RoomFollower {
  receive(frame: TrackedFrame): void;
}

/** One room on this node. `live` is a tRPC observable of its frames from now on, in offset order. */
export class Room {
  readonly live: Observable<TrackedFrame, never>;
  readonly #options: RoomOptions;
  readonly #followers = new Set<RoomFollower>();
  readonly #latest = new LatestValues(limits.latestValues);
  readonly #members = new Seats();
  readonly #users = new Seats();
  #position: Position;
  #cancelExpiry = () => {};

  constructor(options: RoomOptions) {
    this.#options = options;
    this.#position = options.position;
    this.live = observable((observer) => {
      const follower = { receive: (frame: TrackedFrame) => observer.next(frame) };
      this.follow(follower);
      return () => this.unfollow(follower);
    });
  }

  /** What `live.subscribe` does, without the seven closures that a tRPC observable makes for each
   *  observer: feeds come in thousands. */
  follow(follower: RoomFollower): void {
    this.#followers.add(follower);
  }

  unfollow(follower: RoomFollower): void {
    if (this.#followers.delete(follower) && !this.isFollowed) this.#options.onQuiet();
  }

  /** Does any feed follow the room? */
  get isFollowed(): boolean {
    return this.#followers.size > 0;
  }

  /** Does it hold no latest value? Without followers and values a room has nothing to keep. */
  get isEmpty(): boolean {
    return this.#latest.size === 0;
  }

  /** The newest durable event that `live` has carried: a feed that follows from now on misses
   *  nothing after it. */
  get position(): Position {
    return this.#position;
  }

  /** How long a repeat of a key is surely recognised here, in milliseconds (SND1). */
  get keyWindowMs(): number {
    const { log, name, clock } = this.#options;
    return log.keyWindowMs(name, clock.now());
  }

  /** The current latest values. */
  get latest(): readonly RoomEvent[] {
    return this.#latest.events();
  }

  read(after: number, limit: number): Promise<Page> {
    return this.#options.log.read(this.#options.name, { after, limit });
  }

  /** An id for a frame that is no durable event, at a position (RES1). */
  frameId(position: Position, number = this.#options.frameNumber()): string {
    return `${formatPosition(position)}/${number}`;
  }

  /** Takes durable events from the log. */
  deliver(events: readonly StoredEvent[], epoch: string): void {
    for (const event of events) {
      if (event.offset > this.#position.offset) this.#position = { epoch, offset: event.offset };
      if (this.#followers.size > 0) this.#emit(durableFrame(event, epoch));
    }
  }

  /** Takes a latest or ephemeral event from the bus. */
  receive(message: LiveMessage): void {
    const spec = this.#options.kind.events[message.type];
    if (!spec || spec.delivery === 'durable') return;
    const id = this.frameId(this.#position, message.number);
    const event = liveEvent(message, id, formatPosition(this.#position));
    if (spec.delivery === 'latest') this.#keep(spec, message, event);
    this.#emitLive(id, spec.delivery, { type: 'event', event });
  }

  /** Seats a member: values keyed by member or user go when the last seat of that one does. */
  seat({ memberId, user }: Member): void {
    this.#members.take(memberId);
    this.#users.take(user.id);
  }

  /** Gives one seat of a member back. */
  unseat({ memberId, user }: Member): void {
    if (this.#members.give(memberId)) this.#clear(this.#latest.leave(memberOwner(memberId)));
    if (this.#users.give(user.id)) this.#clear(this.#latest.leave(userOwner(user.id)));
    if (this.isEmpty && !this.isFollowed) this.#options.onQuiet();
  }

  #keep(spec: LatestSpec, message: LiveMessage, event: RoomEvent): void {
    const lifeMs = spec.expiresMs ?? Number.POSITIVE_INFINITY;
    const expiresAt = this.#options.clock.now() + lifeMs;
    const key = latestKey(spec.key, message, event.data);
    const owner = ownerOf(spec.key, message);
    this.#clear(this.#latest.set({ event, key, owner, expiresAt }));
    if (Number.isFinite(lifeMs)) this.#scheduleExpiry();
  }

  #clear(gone: readonly Gone[]): void {
    for (const { type, key } of gone) {
      const id = this.frameId(this.#position);
      this.#emitLive(id, 'latest', { type: 'cleared', event: type, key });
    }
  }

  /** Stops the room's timer. */
  close(): void {
    this.#cancelExpiry();
  }

  #scheduleExpiry(): void {
    this.#cancelExpiry();
    const next = this.#latest.nextExpiry();
    if (next === undefined) return;
    const { clock } = this.#options;
    this.#cancelExpiry = clock.after(Math.max(0, next - clock.now()), () => this.#expire());
  }

  #expire(): void {
    this.#clear(this.#latest.expire(this.#options.clock.now()));
    this.#scheduleExpiry();
    if (this.isEmpty && !this.isFollowed) this.#options.onQuiet();
  }

  #emitLive(id: string, delivery: Delivery, data: Frame<RoomEvent>): void {
    this.#emit({ id, offset: this.#position.offset, delivery, data });
  }

  #emit(frame: TrackedFrame): void {
    for (const follower of this.#followers) follower.receive(frame);
  }
}

function liveEvent(message: LiveMessage, id: string, position: string): RoomEvent {
  const { type, by, idempotencyKey } = message;
  const data = decodeData(message.data);
  const event = { id, type, data, by, at: new Date(message.at), position };
  return idempotencyKey === undefined ? event : { ...event, idempotencyKey };
}

function latestKey(key: LatestKey<never>, message: LiveMessage, data: unknown): string {
  switch (key) {
    case 'room':
      return '';
    case 'user':
      return message.by.id;
    case 'member':
      return message.memberId ?? message.by.id;
    default:
      // The contract's own key function, given what its own schema has produced.
      return key(data as never);
  }
}

function ownerOf(key: LatestKey<never>, message: LiveMessage): string | undefined {
  if (key === 'user') return userOwner(message.by.id);
  return key === 'member' ? memberOwner(message.memberId ?? message.by.id) : undefined;
}

const memberOwner = (memberId: string) => `member ${memberId}`;
const userOwner = (userId: string) => `user ${userId}`;
