import {
  RoomError,
  type Ack,
  type EventsInput,
  type HistoryInput,
  type HistoryPage,
  type Members,
  type MembersInput,
  type RoomEvent,
} from '../../shared/index.ts';
import { demand, refusal, type Action, type Authorize } from '../auth/authorize.ts';
import type { User } from '../auth/user.ts';
import type { Clock } from '../clock.ts';
import { mayEnter, mayModerate, type Deed, type Membership } from '../membership/decisions.ts';
import type { Memberships } from '../membership/memberships.ts';
import type { Feed } from './feed.ts';
import type { Hub } from './hub.ts';
import { memberOf, openFeed } from './open-feed.ts';
import { measure, measureRoom } from './measure.ts';
import type { Metered, PublishMeter } from './publish-limits.ts';

/** The WebSocket that a call came over, as far as rooms need it. */
export interface CallerSocket {
  /** As the socket's own: 1 is open. A feed that ends while it is not has been dropped (PRE2). */
  readonly readyState: number;
  close(code: number, reason: string): void;
}

/** Who is at the gate: a user, on one of his connections. */
export interface Caller {
  readonly user: User;
  readonly connectionId: string;
  /** The same on every connection of one client: the later takes the earlier's seats. */
  readonly sessionId: string | undefined;
  /** Set where the connection closes at the end of its token and stops its feeds by itself. */
  readonly socket: CallerSocket | undefined;
}

/** What a gate is made from. */
export interface GateOptions {
  readonly kind: string;
  readonly hub: Hub;
  readonly authorize: Authorize;
  readonly memberships: Pick<Memberships, 'of'>;
  readonly clock: Clock;
  /** Unset: publishing is not limited. */
  readonly meter: PublishMeter | undefined;
}

/** An event that a client publishes, parsed by the contract. */
export interface ClientPublication {
  readonly room: string;
  readonly type: string;
  readonly data: unknown;
  readonly idempotencyKey?: string | undefined;
  /** The position of the event that it answers. */
  readonly replyTo?: string | undefined;
}

/** What may be done to a room that has membership. */
export type RoomDeed = Deed | 'accept' | 'decline';

type Asked = Omit<Parameters<Authorize>[0], 'membership'>;

// What somebody does who is not in yet.
const FROM_OUTSIDE = new Set<Action>(['create', 'direct', 'accept', 'decline']);

// To change what is somebody else's.
const MODERATING = new Set<Action>(['moderate:edit', 'moderate:remove']);

/** The rooms of one kind as users may reach them: every way in asks who may enter the room, and `authorize`,
 *  first (AUT1). */
export class Gate {
  readonly #kind: string;
  readonly #hub: Hub;
  readonly #authorize: Authorize;
  readonly #memberships: Pick<Memberships, 'of'>;
  readonly #clock: Clock;
  readonly #meter: PublishMeter | undefined;

  constructor(options: GateOptions) {
    this.#clock = options.clock;
    this.#meter = options.meter;
    this.#kind = options.kind;
    this.#hub = options.hub;
    this.#authorize = options.authorize;
    this.#memberships = options.memberships;
  }

  /** @throws RoomError TOO_MANY, FORBIDDEN and what the hub throws */
  async publish(caller: Caller, publication: ClientPublication): Promise<Ack> {
    const { room, type, data } = publication;
    const asked = this.admit(caller, room, `publish:${type}`, 'publish', data);
    // Nobody waits for an answer that is there.
    if (asked) await asked;
    const { id, name } = caller.user;
    return await this.#hub.publish({
      ...publication,
      room: { kind: this.#kind, id: room },
      // CON3: who it is from is what the token says.
      by: { id, name },
      memberId: caller.connectionId,
    });
  }

  /** Counts a call as a publish, and asks whether it may be made. In the room it counts only then: otherwise
   *  those who may not even know of it would use up what its members may publish.
   *  @throws RoomError TOO_MANY, FORBIDDEN */
  admit(
    caller: Caller,
    room: string,
    action: Action,
    what?: Metered,
    data?: unknown,
  ): void | Promise<void> {
    this.measure(caller, what);
    const asked = this.ask(caller, room, action, data);
    // Whoever may ask that may be anybody.
    if (FROM_OUTSIDE.has(action)) return asked;
    if (asked) return asked.then(() => this.measureRoom(caller, room, what));
    return this.measureRoom(caller, room, what);
  }

  /** Counts a call as a publish of the caller's. @throws RoomError TOO_MANY */
  measure(caller: Caller, what?: Metered): void {
    measure(this.#meter, caller, what);
  }

  /** Counts one that is allowed in its room. @throws RoomError TOO_MANY */
  measureRoom(caller: Caller, room: string, what?: Metered): void {
    measureRoom(this.#meter, caller, { kind: this.#kind, id: room }, what);
  }

  async subscribe(caller: Caller, input: EventsInput, signal?: () => AbortSignal): Promise<Feed> {
    const since = input.lastEventId ?? undefined;
    // RES4: decided anew at every resume.
    const action = since === undefined ? 'subscribe' : 'resume';
    const { revocations } = this.#hub;
    await this.ask(caller, input.room, action);
    const room = { kind: this.#kind, id: input.room };
    const parts = { hub: this.#hub, clock: this.#clock };
    const mayStay = () => this.allows(caller, input.room, 'resume');
    const feed = await openFeed(parts, caller, { room, since, signal, mayStay });
    if (this.#hub.revocations === revocations) return feed;
    // Somebody was shut out while this feed was opened, too late to be found by it and too early to find it.
    try {
      await this.ask(caller, input.room, action);
      return feed;
    } catch (error) {
      feed.end();
      throw error;
    }
  }

  async history(caller: Caller, input: HistoryInput): Promise<HistoryPage<RoomEvent>> {
    await this.ask(caller, input.room, 'history');
    return this.#hub.history({ ...input, kind: this.#kind });
  }

  async members(caller: Caller, { room, ...page }: MembersInput): Promise<Members> {
    await this.ask(caller, room, 'members');
    return this.#hub.members({ kind: this.#kind, id: room }, page);
  }

  /** @throws RoomError TOO_MANY, FORBIDDEN, TOO_LARGE, NOT_PRESENT */
  async setPresence(caller: Caller, { room, state }: { room: string; state: unknown }) {
    await this.admit(caller, room, 'presence', 'presence', state);
    await this.#hub.setPresence({ kind: this.#kind, id: room }, memberOf(caller), state);
  }

  /** Is it allowed? @throws RoomError what keeps that from being said */
  async allows(caller: Caller, id: string, action: Action, data?: unknown): Promise<boolean> {
    try {
      await this.ask(caller, id, action, data);
      return true;
    } catch (error) {
      if (error instanceof RoomError && error.code === 'FORBIDDEN') return false;
      throw error;
    }
  }

  /** @throws RoomError FORBIDDEN, the same whether the room is not there or not for this caller */
  ask({ user }: Caller, id: string, action: Action, data?: unknown): void | Promise<void> {
    const room = { kind: this.#kind, id };
    const membership = this.#memberships.of(room, user.id);
    const about = { user, room, action, data };
    if (membership instanceof Promise) return this.#decideLater(about, membership);
    return this.#decide(about, membership);
  }

  async #decideLater(about: Asked, membership: Promise<Membership>): Promise<void> {
    await this.#decide(about, await membership);
  }

  #decide(about: Asked, membership: Membership): void | Promise<void> {
    const { user, room, action, data } = about;
    const isIn = mayEnter(membership) || FROM_OUTSIDE.has(action);
    const isAbove = !MODERATING.has(action) || mayModerate(membership);
    if (!isIn || !isAbove) throw refusal('membership', about);
    return demand(this.#authorize, { user, room, action, membership, data });
  }
}
