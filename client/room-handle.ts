import {
  RoomError,
  type Ack,
  type ClientEventType,
  type DurableEventOf,
  type EventInput,
  type EventOf,
  type EventType,
  type FrameOf,
  type Gap,
  type HistoryInput,
  type HistoryPage,
  type Members,
  type PublishInput,
  type ReadyFrame,
  type RoomKind,
} from '../shared/index.ts';
import { toRoomError } from './call-error.ts';
import { callEach, type Listener } from './listeners.ts';
import type { RoomCalls } from './room-calls.ts';

/** How to join a room. */
export interface JoinOptions {
  /** What to do when events are missing and cannot be replayed. `reload`: call `loadState` again, if
   *  there is one, and go on. A function: it is called with the gap, and the stream goes on. */
  readonly onGap: 'reload' | ((gap: Gap) => void);
  /** Loads the state that the events build on. Called with the position at which the stream begins;
   *  events wait until it is done, so state and stream meet without a hole. Called again after a gap
   *  if `onGap` is `reload`. When it fails, the handle fails with its error. */
  readonly loadState?: (position: string) => void | Promise<void>;
  /** Resume after this position, kept from an earlier session. */
  readonly since?: string;
}

/** How to publish one event. */
export interface PublishOptions {
  /** Default: a new one for every call. A repeat with the same key is not stored again. */
  readonly idempotencyKey?: string;
}

/** Where a room handle stands. `failed`: the stream has ended with an error and will not go on. */
export type RoomState =
  | { readonly state: 'joining' }
  | { readonly state: 'joined'; readonly position: string }
  | { readonly state: 'left' }
  | { readonly state: 'failed'; readonly error: RoomError };

/** What a client tells its handles beside the caller's options. */
export interface HandleOptions {
  /** Makes idempotency keys. Default `crypto.randomUUID`. */
  readonly newKey?: () => string;
  /** Why the connection will not come back, once it will not. */
  readonly stopped?: () => RoomError | undefined;
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
  readonly current: RoomState;
  /** Resolves with the first `ready`. @throws RoomError when joining fails or is given up */
  readonly ready: Promise<ReadyFrame<EventOf<K>>>;
  /** Calls `listener` with each event of a type, in order, each once. Latest values that stand when
   *  the stream begins come first. Returns the undo. */
  on<T extends EventType<K>>(type: T, listener: Listener<EventNamed<K, T>>): () => void;
  /** Calls `listener` with every frame, events among them. Returns the undo. */
  onFrame(listener: Listener<FrameOf<K>>): () => void;
  /** Calls `listener` at every change of `current`. Returns the undo. */
  subscribe(listener: Listener<RoomState>): () => void;
  /** Publishes an event. @throws RoomError */
  publish<T extends ClientEventType<K>>(
    type: T,
    data: EventInput<K, T>,
    options?: PublishOptions,
  ): Promise<Ack>;
  /** Reads stored events, oldest first. @throws RoomError */
  history(input?: Omit<HistoryInput, 'room'>): Promise<HistoryPage<DurableEventOf<K>>>;
  /** Who is here. @throws RoomError */
  members(): Promise<Members>;
  /** Ends the stream and gives up the seat. Safe to call twice. */
  leave(): void;
}

/** The shorthands of a kind: `send`, `typing`, whatever its contract names. */
export type RoomShorthands<K extends RoomKind> = {
  readonly [S in keyof K['shorthands']]: (
    data: EventInput<K, K['shorthands'][S] & ClientEventType<K>>,
    options?: PublishOptions,
  ) => Promise<Ack>;
};

/** A joined room with its kind's shorthands. */
export type RoomHandle<K extends RoomKind> = Room<K> & RoomShorthands<K>;

/** Joins a room over one branch of a tRPC client: ours, or a stock `client.chat`. */
export function joinRoom<K extends RoomKind>(
  kind: K,
  calls: RoomCalls<K>,
  id: string,
  options: JoinOptions & HandleOptions,
): RoomHandle<K> {
  const room = new JoinedRoom(calls, id, options);
  const shorthands = Object.entries(kind.shorthands).map(([name, type]) => [
    name,
    (data: never, how?: PublishOptions) => room.publish(type as ClientEventType<K>, data, how),
  ]);
  // The shorthands are the contract's, name by name.
  return Object.assign(room, Object.fromEntries(shorthands) as RoomShorthands<K>);
}

class JoinedRoom<K extends RoomKind> implements Room<K> {
  readonly id: string;
  readonly ready: Promise<ReadyFrame<EventOf<K>>>;
  readonly #calls: RoomCalls<K>;
  readonly #options: JoinOptions & HandleOptions;
  readonly #byType = new Map<string, Set<Listener<never>>>();
  readonly #frames = new Set<Listener<FrameOf<K>>>();
  readonly #states = new Set<Listener<RoomState>>();
  /** Unset while the stream is being asked for: it may fail before that call returns. */
  #subscription: { unsubscribe(): void } | undefined;
  #resolveReady: (frame: ReadyFrame<EventOf<K>>) => void = () => {};
  #rejectReady: (error: RoomError) => void = () => {};
  #current: RoomState = { state: 'joining' };
  /** Frames that wait for `loadState`. */
  #held: FrameOf<K>[] | undefined;

  constructor(calls: RoomCalls<K>, id: string, options: JoinOptions & HandleOptions) {
    this.id = id;
    this.#calls = calls;
    this.#options = options;
    this.ready = new Promise((resolve, reject) => {
      this.#resolveReady = resolve;
      this.#rejectReady = reject;
    });
    // Whoever does not wait for `ready` learns of the failure from `current`.
    this.ready.catch(() => {});
    this.#subscription = calls.events.subscribe(
      { room: id, ...(options.since === undefined ? {} : { lastEventId: options.since }) },
      {
        onData: ({ data }) => this.#receive(data),
        onError: (error) => this.#fail(options.stopped?.() ?? toRoomError(error)),
        onComplete: () =>
          this.#fail(
            options.stopped?.() ?? new RoomError('DISCONNECTED', 'the server ended the stream'),
          ),
      },
    );
  }

  get current(): RoomState {
    return this.#current;
  }

  on<T extends EventType<K>>(type: T, listener: Listener<EventNamed<K, T>>): () => void {
    const listeners = this.#byType.get(type) ?? new Set();
    this.#byType.set(type, listeners.add(listener));
    return () => listeners.delete(listener);
  }

  onFrame(listener: Listener<FrameOf<K>>): () => void {
    this.#frames.add(listener);
    return () => this.#frames.delete(listener);
  }

  subscribe(listener: Listener<RoomState>): () => void {
    this.#states.add(listener);
    return () => this.#states.delete(listener);
  }

  async publish<T extends ClientEventType<K>>(
    type: T,
    data: EventInput<K, T>,
    options: PublishOptions = {},
  ): Promise<Ack> {
    const idempotencyKey = options.idempotencyKey ?? this.#newKey();
    const input = { room: this.id, type, data, idempotencyKey };
    // One member of the union that PublishInput is: the one of `type`.
    return this.#call(() => this.#calls.publish.mutate(input as PublishInput<K>));
  }

  async history(input: Omit<HistoryInput, 'room'> = {}): Promise<HistoryPage<DurableEventOf<K>>> {
    return this.#call(() => this.#calls.history.query({ ...input, room: this.id }));
  }

  async members(): Promise<Members> {
    return this.#call(() => this.#calls.members.query({ room: this.id }));
  }

  leave(): void {
    if (this.#isOver()) return;
    this.#subscription?.unsubscribe();
    this.#change({ state: 'left' });
    this.#rejectReady(new RoomError('DISCONNECTED', 'the room was left'));
  }

  #receive(frame: FrameOf<K>): void {
    if (this.#isOver()) return;
    if (this.#held && frame.type !== 'ready' && frame.type !== 'gap') {
      this.#held.push(frame);
      return;
    }
    if (frame.type === 'ready' || frame.type === 'gap') this.#begin(frame);
    else this.#dispatch(frame);
  }

  /** The stream begins or jumps: settle what that means before any event of it is shown. */
  #begin(frame: Extract<FrameOf<K>, { type: 'ready' | 'gap' }>): void {
    const gap = frame.type === 'gap' ? frame : frame.gap;
    const position = frame.type === 'gap' ? frame.to : frame.position;
    const { onGap, loadState } = this.#options;
    // As a listener: whatever it throws, the stream goes on.
    if (gap && onGap !== 'reload') callEach([onGap], gap);
    const isNewState = gap ? onGap === 'reload' : frame.type === 'ready' && frame.start === 'fresh';
    if (!isNewState || !loadState) return this.#show(frame, position);
    this.#held = [];
    const held = this.#held;
    void (async () => loadState(position))().then(
      () => {
        // A later beginning took over while this state was loading.
        if (this.#held !== held || this.#isOver()) return;
        this.#held = undefined;
        this.#show(frame, position);
        for (const waiting of held) this.#dispatch(waiting);
      },
      (error: unknown) => this.#fail(toRoomError(error)),
    );
  }

  #show(frame: Extract<FrameOf<K>, { type: 'ready' | 'gap' }>, position: string): void {
    this.#held = undefined;
    this.#change({ state: 'joined', position });
    this.#dispatch(frame);
    if (frame.type === 'ready') this.#resolveReady(frame);
  }

  #dispatch(frame: FrameOf<K>): void {
    callEach(this.#frames, frame);
    if (frame.type === 'event') this.#emit(frame.event);
    if (frame.type === 'ready' || frame.type === 'latest') {
      for (const event of frame.latest) this.#emit(event);
    }
  }

  #emit(event: EventOf<K>): void {
    callEach(this.#byType.get(event.type) ?? [], event as never);
  }

  #fail(error: RoomError): void {
    if (this.#isOver()) return;
    this.#subscription?.unsubscribe();
    this.#change({ state: 'failed', error });
    this.#rejectReady(error);
  }

  #change(state: RoomState): void {
    this.#current = state;
    callEach(this.#states, state);
  }

  #isOver(): boolean {
    return this.#current.state === 'left' || this.#current.state === 'failed';
  }

  #newKey(): string {
    return this.#options.newKey?.() ?? crypto.randomUUID();
  }

  async #call<T>(ask: () => Promise<T>): Promise<T> {
    // A stopped connection would open again at the first call.
    const stopped = this.#options.stopped?.();
    if (stopped) throw stopped;
    try {
      return await ask();
    } catch (error) {
      throw this.#options.stopped?.() ?? toRoomError(error);
    }
  }
}
