import type {
  Ack,
  ActivityType,
  ClientEventType,
  DurableEventOf,
  EventInput,
  EventOf,
  EventType,
  FrameOf,
  Gap,
  HistoryInput,
  HistoryPage,
  LatestType,
  Members,
  MembersInput,
  PresenceInput,
  PresenceOf,
  ReadyFrame,
  RevokedReason,
  RoomError,
  RoomKind,
} from '../shared/index.ts';
import type { Listener } from './listeners.ts';
import type { LivePublishes } from './live-publishes.ts';
import type { Outbox } from './outbox/outbox.ts';
import type { RoomOutbox } from './outbox/room-outbox.ts';
import type { OwnValues } from './people/own-values.ts';
import type { RoomPeople } from './people/room-people.ts';
import type { Active } from './people/room-values.ts';
import type { RoomPosition } from './positions.ts';
import type { StreamOptions } from './room-stream.ts';
import type { Store } from './store.ts';

/** How to join a room. */
export interface JoinOptions {
  /** What to do when events are missing and cannot be replayed. `reload`: call `loadState` again, if
   *  there is one, and go on. A function: it is called with the gap, and the stream goes on. */
  readonly onGap: 'reload' | ((gap: Gap) => void);
  /** Loads the state that the events build on. Called with the position at which the stream begins;
   *  events wait until it is done, so state and stream meet without a hole. Called again after a gap
   *  if `onGap` is `reload`, and after an error of a call that is `retryable`. Whatever else it throws
   *  ends the handle. */
  readonly loadState?: (position: string) => void | Promise<void>;
  /** Resume after this position, kept from an earlier session: `current.position` of its handle. Default: what the client's `positions`
   *  hold, where it has any. */
  readonly since?: string;
}

/** How to publish one event. */
export interface PublishOptions {
  /** Default: a new one for every call. A repeat with the same key is not stored again. */
  readonly idempotencyKey?: string;
  /** The position of the event that this one answers, where the contract lets it. */
  readonly replyTo?: string;
}

/** Where a room handle stands. `failed`: the stream has ended with an error and will not go on. What passes by
 *  itself (`error.retryable`) ends nothing: it is tried again after 0.5 to 20 s, and until then it is the `error` of
 *  `joining`, or of `joined`. TOO_MANY there: this client follows 128 rooms already, and one has to be left first. */
export type RoomState =
  | { readonly state: 'joining'; readonly error?: RoomError }
  | {
      readonly state: 'joined';
      /** Everything up to here was shown, `epoch:offset`: what `since` of a later `join` goes on from. It moves with
       *  every durable event, within `current` alone: nobody who subscribes is told of that. */
      readonly position: string;
      readonly error?: RoomError;
    }
  | { readonly state: 'left' }
  | {
      readonly state: 'failed';
      readonly error: RoomError;
      /** Why the user was shut out (`error` is FORBIDDEN then), as the stream's last frame has it. Undefined: it ended by
       *  something else, or he was shut out while nothing came through. */
      readonly reason?: RevokedReason;
    };

/** Has it ended for good, left or failed? */
export function isOver({ state }: RoomState): boolean {
  return state === 'left' || state === 'failed';
}

/** Where the stream stands. Undefined: it has not begun, or is over. */
export function positionOf(current: RoomState): string | undefined {
  return current.state === 'joined' ? current.position : undefined;
}

/** What a client tells its handles beside the caller's options. */
export interface HandleOptions extends StreamOptions {
  /** Makes idempotency keys. Default: UUIDs of version 7. */
  readonly newKey?: () => string;
  /** Events that `messages` loads at once. Default 50. */
  readonly messagesPage?: number;
  /** Where durable publishes wait. Default: the handle's own, in memory. */
  readonly outbox?: Outbox;
  /** What sends the others. Default: the handle's own. */
  readonly live?: LivePublishes;
  /** What was said of oneself by values that go with the connection. Default: the handle's own. */
  readonly values?: OwnValues;
  /** Is there a connection to send over now? Default: it is believed. */
  readonly isOpen?: () => boolean;
  /** Keeps how far the room was shown. Default: nobody does. */
  readonly position?: RoomPosition;
  /** Who this client is, as far as it is known. Default: nobody says. */
  readonly userId?: () => string | undefined;
}

/** One event of a kind, by its type. */
export type EventNamed<K extends RoomKind, T extends EventType<K>> = Extract<
  EventOf<K>,
  { readonly type: T }
>;

/** A joined room: its typed events, and everything one may do in it. */
export interface Room<K extends RoomKind> {
  /** The room's id. */
  readonly id: string;
  /** Where it stands: the same object until it changes, or its position does. */
  readonly current: RoomState;
  /** Resolves with the first `ready`, however long that takes. @throws RoomError when joining fails or is given up */
  readonly ready: Promise<ReadyFrame<EventOf<K>>>;
  /** Calls `listener` with each event of a type from where the stream begins, in order, each once. Latest values that
   *  stand then come first; durable events of before do not come: `ready` has the newest as `recent`, `history`
   *  all. Returns the undo. @throws RoomError BAD_INPUT for an event that the kind does not have */
  on<T extends EventType<K>>(type: T, listener: Listener<EventNamed<K, T>>): () => void;
  /** Calls `listener` with every frame, events among them. Returns the undo. */
  onFrame(listener: Listener<FrameOf<K>>): () => void;
  /** Calls `listener` at every change of `current`. Returns the undo. */
  subscribe(listener: Listener<RoomState>): () => void;
  /** What of this room is on its way, for a screen that shows it before it is stored. */
  readonly outbox: RoomOutbox<K>;
  /** Publishes an event. A durable one goes through the outbox: it survives a reconnect and a `leave`,
   *  and resolves when it is stored. Others are sent now, or refused with DISCONNECTED or TOO_MANY. Of a
   *  `latest` value the newest is sent, 20 times a second at most and the last always, and those before it
   *  share its answer: it may be published at every move of a pointer. One keyed by member that was sent is said
   *  again after a reconnect. Nobody has to wait for it: what fails is no uncaught error, and stands in `outbox` if it is durable.
   *  @throws RoomError */
  publish<T extends ClientEventType<K>>(
    type: T,
    data: EventInput<K, T>,
    options?: PublishOptions,
  ): Promise<Ack>;
  /** Reads stored events, oldest first. @throws RoomError */
  history(input?: Omit<HistoryInput, 'room'>): Promise<HistoryPage<DurableEventOf<K>>>;
  /** Who is here, as they come and go: a store. It is not called `members`, which asks the server: this
   *  one knows by itself, as long as they are not too many to be listed. */
  readonly people: RoomPeople<K>;
  /** Asks who is here: a page of them, also where they are too many to be listed. @throws RoomError */
  members(page?: Omit<MembersInput, 'room'>): Promise<Members<PresenceOf<K>>>;
  /** Says something of oneself, for kinds whose members have a state. The last word counts, and is said
   *  again after a reconnect. Resolves when it, or one said after it, is set. @throws RoomError */
  setPresence(state: PresenceInput<K>): Promise<void>;
  /** The current values of a latest-value event by key: a store. */
  latest<T extends LatestType<K>>(type: T): Store<ReadonlyMap<string, EventNamed<K, T>>>;
  /** Says that one does something just now; `false`: no more. May be called at every key: it is sent when
   *  it begins, then every 3 s. Nobody has to wait for it. @throws RoomError */
  say(type: ActivityType<K>, isOn?: boolean): Promise<void>;
  /** Who does something just now, never oneself: a store. */
  active(type: ActivityType<K>): Store<Active>;
  /** Who types: `active('typing')`, for kinds that have such an activity. Otherwise nobody ever does. */
  readonly typingUsers: Store<Active>;
  /** Ends the stream and gives up the seat. Safe to call twice. */
  leave(): void;
}
