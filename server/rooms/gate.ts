import {
  errors,
  type Ack,
  type EventsInput,
  type HistoryInput,
  type HistoryPage,
  type Members,
  type RoomEvent,
} from '../../shared/index.ts';
import { demand, type Action, type Authorize } from '../auth/authorize.ts';
import type { User } from '../auth/user.ts';
import type { Clock } from '../clock.ts';
import { roomKey } from '../log/room-log.ts';
import type { Feed } from './feed.ts';
import type { Hub } from './hub.ts';
import type { PublishMeter } from './publish-limits.ts';

// A WebSocket of ours closes with 4401 at the very end of its token, and its client comes back to
// resume: the feed of a connection that does not (SSE, a host's own server) ends a moment later.
const EXPIRY_GRACE_MS = 1_000;

/** The WebSocket that a call came over, as far as rooms need it. */
export interface CallerSocket {
  close(code: number, reason: string): void;
}

/** Who is at the gate: a user, on one of his connections. */
export interface Caller {
  readonly user: User;
  readonly connectionId: string;
  /** Set where the connection closes at the end of its token and stops its feeds by itself. */
  readonly socket: CallerSocket | undefined;
}

/** What a gate is made from. */
export interface GateOptions {
  readonly kind: string;
  readonly hub: Hub;
  readonly authorize: Authorize;
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

/** The rooms of one kind as users may reach them: every way in asks `authorize` first (AUT1). */
export class Gate {
  readonly #kind: string;
  readonly #hub: Hub;
  readonly #authorize: Authorize;
  readonly #clock: Clock;
  readonly #meter: PublishMeter | undefined;

  constructor(options: GateOptions) {
    this.#clock = options.clock;
    this.#meter = options.meter;
    this.#kind = options.kind;
    this.#hub = options.hub;
    this.#authorize = options.authorize;
  }

  /** @throws RoomError TOO_MANY, FORBIDDEN and what the hub throws */
  async publish(caller: Caller, publication: ClientPublication): Promise<Ack> {
    this.measure(caller, publication.room);
    await this.demand(caller, publication.room, `publish:${publication.type}`);
    const { id, name } = caller.user;
    return this.#hub.publish({
      ...publication,
      room: { kind: this.#kind, id: publication.room },
      // CON3: who it is from is what the token says.
      by: { id, name },
      memberId: caller.connectionId,
    });
  }

  /** Opens a feed. Where no socket ends it, it ends with `signal` and with the caller's token: over SSE
   *  nothing else ends one that is waiting. */
  async subscribe(caller: Caller, input: EventsInput, signal?: () => AbortSignal): Promise<Feed> {
    const since = input.lastEventId ?? undefined;
    // RES4: decided anew at every resume.
    await this.demand(caller, input.room, since === undefined ? 'subscribe' : 'resume');
    const { id, name } = caller.user;
    const feed = await this.#hub.subscribe({
      room: { kind: this.#kind, id: input.room },
      member: { memberId: caller.connectionId, user: { id, name } },
      since,
    });
    if (caller.socket) return feed;
    this.#endWith(feed, signal?.());
    feed.endAfter(this.#clock, caller.user.expiresAt - this.#clock.now() + EXPIRY_GRACE_MS);
    return feed;
  }

  #endWith(feed: Feed, signal: AbortSignal | undefined): void {
    if (signal?.aborted) feed.end();
    else signal?.addEventListener('abort', () => feed.end(), { once: true });
  }

  async history(caller: Caller, input: HistoryInput): Promise<HistoryPage<RoomEvent>> {
    await this.demand(caller, input.room, 'history');
    return this.#hub.history({ ...input, kind: this.#kind });
  }

  async members(caller: Caller, room: string): Promise<Members> {
    await this.demand(caller, room, 'members');
    return this.#hub.members({ kind: this.#kind, id: room });
  }

  /** Counts a call that writes. @throws RoomError TOO_MANY */
  measure({ user, connectionId, socket }: Caller, id: string): void {
    const room = roomKey({ kind: this.#kind, id });
    const refusal = this.#meter?.take({ connectionId, userId: user.id, roomKey: room });
    if (!refusal) return;
    if (this.#meter?.isFlood(connectionId))
      socket?.close(errors.TOO_MANY.close, 'too many publishes');
    throw refusal;
  }

  /** Asks the policy. @throws RoomError FORBIDDEN, AUTHORIZE_TIMEOUT */
  demand({ user }: Caller, id: string, action: Action): Promise<void> {
    return demand(this.#authorize, { user, room: { kind: this.#kind, id }, action });
  }
}
