import { observable, type Observable } from '@trpc/server/observable';
import {
  formatPosition,
  type Delivery,
  type EventSpec,
  type Frame,
  type LatestSpec,
  type Members,
  type Position,
  type PresenceSnapshot,
  type RoomEvent,
  type RoomKind,
} from '../../shared/index.ts';
import type { Keeping, KeptValue, KeptValues, LiveMessage } from '../bus/bus.ts';
import type { Revocation } from '../bus/notice.ts';
import type { Clock } from '../clock.ts';
import type { Page, RoomLog, RoomName, StoredEvent } from '../log/room-log.ts';
import type { FollowedRoom, PresenceChange } from '../presence/presence.ts';
import { decodeData } from './encoding.ts';
import type { PushSink } from '../push.ts';
import { Followers } from './followers.ts';
import { PresenceView } from './presence-view.ts';
import { Recents } from './recents.ts';
import type { RoomFollower } from './room-follower.ts';
import { durableFrame, type TrackedFrame } from './tracked-frame.ts';
import { Values, type Standing } from './values.ts';

/** What a room is made from. */
export interface RoomOptions {
  readonly name: RoomName;
  readonly kind: RoomKind;
  readonly log: RoomLog;
  /** Where the log stood when the room was opened. */
  readonly position: Position;
  /** Who was there when the room was opened, and who is now. */
  readonly people: FollowedRoom;
  readonly clock: Clock;
  readonly frameNumber: () => string;
  /** Latest values as all nodes have them. Undefined: there are no others. */
  readonly kept?: KeptValues | undefined;
  /** What the numbers of this node's messages begin with. */
  readonly nodeTag?: string | undefined;
  /** Called when the last follower has gone or the last value has expired. */
  readonly onQuiet: () => void;
}

/** One room on this node. `live` is a tRPC observable of its frames from now on, in offset order. */
export class Room {
  readonly live: Observable<TrackedFrame, never>;
  readonly #options: RoomOptions;
  readonly #followers = new Followers();
  readonly #values: Values;
  readonly #people: PresenceView;
  readonly #recents: Recents | undefined;
  readonly #hasLatest: boolean;
  #position: Position;
  #restating: Promise<void> = Promise.resolve();
  #isClosed = false;

  constructor(options: RoomOptions) {
    const { name, kind, log, clock, people, kept, nodeTag = '' } = options;
    this.#options = options;
    this.#position = options.position;
    const newest = { before: Number.MAX_SAFE_INTEGER, limit: kind.recent };
    this.#recents = kind.recent > 0 ? new Recents(() => log.read(name, newest)) : undefined;
    this.#values = new Values({
      kind,
      clock,
      people,
      emit: (frame, except) => this.#emitLive('latest', frame, except),
      onGone: () => this.#settle(),
      isOwn: (number) => number.startsWith(nodeTag),
      // Whoever comes later judges for himself where this fails.
      forget: (values) => void kept?.forget(name, values).catch(() => {}),
    });
    this.#hasLatest = Object.values(kind.events).some(({ delivery }) => delivery === 'latest');
    const emit = (frame: Frame<RoomEvent>) => {
      if (kind.people) this.#emitLive('presence', frame);
    };
    this.#people = new PresenceView({ users: people.users, clock, emit });
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

  /** Has frames of a follower who stands at `offset` go straight into its sink, beside those of all others who stand
   *  there. False: they stand elsewhere. */
  stepIn(follower: RoomFollower, offset: number, sink: PushSink): boolean {
    return this.#followers.stepIn(follower, offset, sink);
  }

  /** Gives its frames to the follower itself again. */
  stepOut(follower: RoomFollower): void {
    this.#followers.stepOut(follower);
  }

  /** Does any feed follow the room? */
  get isFollowed(): boolean {
    return this.#followers.size > 0;
  }

  /** Does it hold no latest value? Without followers and values a room has nothing to keep. */
  get isEmpty(): boolean {
    return this.#values.isEmpty;
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

  /** The current latest values, as a user is to see them. */
  valuesFor(userId: string | undefined): Standing {
    return this.#values.shownTo(userId);
  }

  /** Who is here. Undefined: the kind does not tell. */
  get presence(): PresenceSnapshot | undefined {
    return this.#options.kind.people ? this.#people.snapshot : undefined;
  }

  /** A page of those who are here. */
  members(after: string | undefined, limit: number): Omit<Members, 'room'> {
    return this.#people.page(after, limit);
  }

  read(after: number, limit: number): Promise<Page> {
    return this.#options.log.read(this.#options.name, { after, limit });
  }

  /** What newcomers are given of what came before. Undefined: nothing, the kind has none. */
  get recents(): Recents | undefined {
    return this.#recents;
  }

  /** An id for a frame that is no durable event, at a position (RES1). */
  frameId(position: Position, number = this.#options.frameNumber()): string {
    return `${formatPosition(position)}/${number}`;
  }

  /** Takes durable events from the log, or, with a `head`, that it goes on from there. */
  deliver(events: readonly StoredEvent[], epoch: string, head?: number): void {
    if (head !== undefined) this.#goOnFrom({ epoch, offset: head });
    for (const event of events) {
      if (event.offset > this.#position.offset) this.#position = { epoch, offset: event.offset };
      if (this.#followers.size > 0) this.#followers.emit(durableFrame(event, epoch));
      this.#values.published(event.type, event.by.id, event.at);
    }
  }

  /** Takes a latest or ephemeral event from the bus. */
  receive(message: LiveMessage): void {
    const spec = this.#specOf(message.type);
    if (!spec || spec.delivery === 'durable') return;
    const id = this.frameId(this.#position, message.number);
    const event = liveEvent(message, id, formatPosition(this.#position));
    if (spec.delivery === 'latest') this.#values.take(spec, message, event);
    else this.#emitLive('ephemeral', { type: 'event', event }, spec.echo ? undefined : event.by.id);
  }

  /** May this be published by whom it is from? What goes with him must find him here. */
  mayHold(message: LiveMessage): boolean {
    return this.#values.mayHold(message);
  }

  /** How a latest event is kept for other nodes. Undefined: it is none. */
  keepingOf(message: LiveMessage): Keeping | undefined {
    const spec = this.#specOf(message.type);
    if (spec?.delivery !== 'latest') return undefined;
    return this.#values.keepingOf(spec, message, decodeData(message.data));
  }

  /** Takes the latest values as all nodes have them: once it is open, and when something was missed. Never
   *  rejects: what fails is tried again when something was missed again. */
  restate(): Promise<void> {
    const { kept } = this.#options;
    if (!kept || !this.#hasLatest) return Promise.resolve();
    // One at a time, and another for whoever asks while one is under way.
    this.#restating = this.#restating.then(() => this.#restate(kept)).catch(() => {});
    return this.#restating;
  }

  async #restate(kept: KeptValues): Promise<void> {
    this.#values.beginRestating();
    try {
      const values = await kept.read(this.#options.name);
      if (this.#isClosed) return;
      for (const value of values) {
        const spec = this.#specOf(value.message.type);
        if (spec?.delivery === 'latest') this.#take(spec, value);
      }
      this.#values.keepRestated(values);
    } finally {
      this.#values.endRestating();
    }
    this.#settle();
  }

  #take(spec: LatestSpec, value: KeptValue): void {
    const id = this.frameId(this.#position, value.message.number);
    try {
      const event = liveEvent(value.message, id, formatPosition(this.#position));
      this.#values.restate(spec, value, event);
    } catch {
      // Not of this contract: another version of it, or somebody else, has written it.
    }
  }

  /** Takes what happens to the people. */
  see(change: PresenceChange): void {
    if (change.type === 'reread') void this.restate();
    if (change.type === 'join' || change.type === 'update' || change.type === 'leave') {
      this.#people.take(change);
    }
    if (change.type === 'taken') this.#followers.endFeedsOf(change.memberId);
    const wasEmpty = this.isEmpty;
    this.#values.left(change);
    if (!wasEmpty) this.#settle();
  }

  /** Ends the feeds of those who are shut out (AUT1). */
  revoke(revoked: Revocation): void {
    this.#followers.revoke(revoked);
  }

  /** Stops the room's timers. */
  close(): void {
    this.#isClosed = true;
    this.#values.close();
    this.#people.close();
  }

  /** Other nodes may have another contract, and name anything. */
  #specOf(type: string): EventSpec | undefined {
    const { events } = this.#options.kind;
    return Object.hasOwn(events, type) ? events[type] : undefined;
  }

  #goOnFrom(position: Position): void {
    this.#position = position;
    this.#followers.reread();
  }

  #settle(): void {
    if (this.isEmpty && !this.isFollowed) this.#options.onQuiet();
  }

  #emitLive(delivery: Delivery | 'presence', data: Frame<RoomEvent>, except?: string): void {
    // An event's frame has the event's id.
    const id = data.type === 'event' ? data.event.id : this.frameId(this.#position);
    const frame = { id, offset: this.#position.offset, delivery, data };
    this.#followers.emit(frame, except);
  }
}

function liveEvent(message: LiveMessage, id: string, position: string): RoomEvent {
  const { type, by, idempotencyKey } = message;
  const data = decodeData(message.data);
  const event = { id, type, data, by, at: new Date(message.at), position };
  return idempotencyKey === undefined ? event : { ...event, idempotencyKey };
}
