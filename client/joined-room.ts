import {
  RoomError,
  type Ack,
  type ActivityType,
  type ClientEventType,
  type DurableEventOf,
  type EventInput,
  type EventOf,
  type EventType,
  type FrameOf,
  type HistoryInput,
  type HistoryPage,
  type LatestType,
  type Members,
  type MembersInput,
  type PresenceInput,
  type PresenceOf,
  type ReadyFrame,
  type RevokedFrame,
  type RevokedReason,
  type RoomKind,
} from '../shared/index.ts';
import { ask, guarded } from './ask.ts';
import { clockOf } from './clock.ts';
import { beginsAnew, gapOf, positionOf, shownBy, type Beginning } from './frame-place.ts';
import { callGuarded, Listeners, unheeded, type Listener } from './listeners.ts';
import type { RoomOutbox } from './outbox/room-outbox.ts';
import type { RoomPeople } from './people/room-people.ts';
import type { Active } from './people/room-values.ts';
import type { RoomCalls } from './room-calls.ts';
import { roomPublisher, type RoomPublisher } from './room-publisher.ts';
import { openStream } from './room-stream.ts';
import {
  isOver,
  type EventNamed,
  type HandleOptions,
  type JoinOptions,
  type PublishOptions,
  type Room,
  type RoomState,
} from './room.ts';
import { RoomViews } from './room-views.ts';
import { StateLoading } from './state-loading.ts';
import type { Store } from './store.ts';
import { newKey } from './new-key.ts';

/** A room that is followed: frames in, typed events out. */
export class JoinedRoom<K extends RoomKind> implements Room<K> {
  readonly id: string;
  readonly ready: Promise<ReadyFrame<EventOf<K>>>;
  readonly #kind: K;
  readonly #calls: RoomCalls<K>;
  readonly #publisher: RoomPublisher<K>;
  readonly #views: RoomViews<K>;
  readonly #loading: StateLoading<K>;
  readonly #options: JoinOptions & HandleOptions;
  readonly #byType = new Map<string, Listeners<never>>();
  readonly #frames = new Listeners<FrameOf<K>>();
  readonly #states = new Listeners<RoomState>();
  #closeStream = () => {};
  #resolveReady: (frame: ReadyFrame<EventOf<K>>) => void = () => {};
  #rejectReady: (error: RoomError) => void = () => {};
  #current: RoomState = { state: 'joining' };
  /** How far the room is shown. */
  #position = '';

  constructor(kind: K, calls: RoomCalls<K>, id: string, options: JoinOptions & HandleOptions) {
    this.id = id;
    this.#kind = kind;
    this.#calls = calls;
    this.#publisher = roomPublisher(kind, calls, id, options);
    this.#options = options;
    const parts = { clock: clockOf(options), random: options.random ?? Math.random };
    this.#loading = new StateLoading({
      ...parts,
      loadState: (position) => options.loadState?.(position),
      onLoaded: (beginning, later) => {
        this.#begin(beginning);
        for (const frame of later) this.#receive(frame);
      },
      onWait: (error) => this.#wait(error),
      onFail: (error) => this.#fail(error),
    });
    this.#views = new RoomViews({
      ...parts,
      kind,
      userId: () => options.userId?.(),
      members: () => this.members(),
      setPresence: (state) => this.#setPresence(state),
      publish: (type, data) => this.publish(type, data),
    });
    this.ready = new Promise((resolve, reject) => {
      this.#resolveReady = resolve;
      this.#rejectReady = reject;
    });
    // Whoever does not wait for `ready` learns of the failure from `current`.
    this.ready.catch(() => {});
    const { since, position } = options;
    if (since !== undefined || !position) this.#open(since);
    else {
      const open = (kept: string | undefined) => {
        if (!this.#isOver()) this.#open(kept);
      };
      position.load().then(open, () => open(undefined));
    }
  }

  get outbox(): RoomOutbox<K> {
    return this.#publisher.outbox;
  }

  get current(): RoomState {
    const current = this.#current;
    // Made when somebody looks: a busy room moves hundreds of times a second.
    if (current.state === 'joined' && current.position !== this.#position) {
      this.#current = { ...current, position: this.#position };
    }
    return this.#current;
  }

  on<T extends EventType<K>>(type: T, listener: Listener<EventNamed<K, T>>): () => void {
    const { name, events } = this.#kind;
    if (!Object.hasOwn(events, type))
      throw new RoomError('BAD_INPUT', `${name} has no event ${type}`);
    const listeners = this.#byType.get(type) ?? new Listeners();
    this.#byType.set(type, listeners);
    return listeners.add(listener);
  }

  onFrame(listener: Listener<FrameOf<K>>): () => void {
    return this.#frames.add(listener);
  }

  subscribe(listener: Listener<RoomState>): () => void {
    return this.#states.add(listener);
  }

  publish<T extends ClientEventType<K>>(
    type: T,
    data: EventInput<K, T>,
    options: PublishOptions = {},
  ): Promise<Ack> {
    const key = options.idempotencyKey ?? this.#options.newKey?.() ?? newKey();
    this.#views.published(type);
    const publish = () => this.#publisher.publish(type, data, key, options.replyTo);
    return unheeded(guarded(this.#options, publish));
  }

  async history(input: Omit<HistoryInput, 'room'> = {}): Promise<HistoryPage<DurableEventOf<K>>> {
    return this.#ask((options) => this.#calls.history.query({ ...input, room: this.id }, options));
  }

  async members(page: Omit<MembersInput, 'room'> = {}): Promise<Members<PresenceOf<K>>> {
    return this.#ask((options) => this.#calls.members.query({ ...page, room: this.id }, options));
  }

  get people(): RoomPeople<K> {
    return this.#views.people;
  }

  get typingUsers(): Store<Active> {
    return this.#views.values.active('typing');
  }

  active(type: ActivityType<K>): Store<Active> {
    return this.#views.values.active(type);
  }

  latest<T extends LatestType<K>>(type: T): Store<ReadonlyMap<string, EventNamed<K, T>>> {
    // The values of an event are of its type.
    return this.#views.values.latest(type) as Store<ReadonlyMap<string, EventNamed<K, T>>>;
  }

  say(type: ActivityType<K>, isOn = true): Promise<void> {
    return this.#views.say(type, isOn);
  }

  setPresence(state: PresenceInput<K>): Promise<void> {
    return this.#views.presence.set(state);
  }

  #setPresence(state: PresenceInput<K>): Promise<unknown> {
    // A branch of a tRPC client has every name; the server says what is not there.
    const { setPresence } = this.#calls as Required<RoomCalls<K>>;
    return this.#ask((options) => setPresence.mutate({ room: this.id, state }, options));
  }

  leave(): void {
    if (this.#isOver()) return;
    const error = new RoomError('DISCONNECTED', 'the room was left', { retryable: false });
    this.#end({ state: 'left' }, error);
  }

  #open(since: string | undefined): void {
    this.#closeStream = openStream(
      this.#calls,
      { room: this.id, since },
      {
        ...this.#options,
        onFrame: (frame) => this.#receive(frame),
        onAway: (error) => {
          this.#views.values.quiet();
          if (error) this.#wait(error);
        },
        onFail: (error) => this.#fail(error),
      },
    );
    // It may have failed before there was something to close.
    if (this.#isOver()) this.#closeStream();
  }

  #receive(frame: FrameOf<K>): void {
    if (this.#isOver()) return;
    if (frame.type === 'revoked') return this.#shutOut(frame);
    const { onGap, loadState } = this.#options;
    const begins = frame.type === 'ready' || frame.type === 'gap';
    if (begins && loadState && beginsAnew(frame, onGap === 'reload')) this.#loading.start(frame);
    // While state loads everything waits, a reconnect's `ready` too.
    else if (this.#loading.holds(frame)) return;
    else if (begins) this.#begin(frame);
    else this.#dispatch(frame);
  }

  /** Also while state loads: nothing of what waits for it is shown any more. */
  #shutOut(frame: RevokedFrame): void {
    this.#loading.stop();
    this.#frames.tell(frame);
    const { reason } = frame;
    const error = new RoomError('FORBIDDEN', `this room may be followed no longer: ${reason}`);
    this.#fail(error, { reason });
  }

  #begin(frame: Beginning<K>): void {
    const gap = gapOf(frame);
    const { onGap } = this.#options;
    // As a listener: whatever it throws, the stream goes on.
    if (gap && onGap !== 'reload') callGuarded(() => onGap(gap));
    // Whoever is told may leave.
    if (this.#isOver()) return;
    this.#position = positionOf(frame);
    this.#change({ state: 'joined', position: this.#position });
    if (this.#isOver()) return;
    this.#dispatch(frame);
    if (frame.type === 'ready') this.#resolveReady(frame);
  }

  #dispatch(frame: FrameOf<K>): void {
    const position = shownBy(frame);
    if (position !== undefined) this.#position = position;
    // First: who is told of a frame may look at what it has led to.
    this.#views.observe(frame);
    this.#frames.tell(frame, () => !this.#isOver());
    if (frame.type === 'event') this.#emit(frame.event);
    if (frame.type === 'ready' || frame.type === 'latest') {
      for (const event of frame.latest) this.#emit(event);
    }
    // Last: what the screen has by now is on its way no more.
    this.#publisher.observe(frame);
    if (position !== undefined) this.#options.position?.saw(position);
  }

  #emit(event: EventOf<K>): void {
    this.#byType.get(event.type)?.tell(event as never, () => !this.#isOver());
  }

  /** It does not go on for now. */
  #wait(error: RoomError): void {
    const { current } = this;
    if (current.state === 'joining' || current.state === 'joined') {
      this.#change({ ...current, error });
    }
  }

  #fail(error: RoomError, why: { reason?: RevokedReason } = {}): void {
    if (!this.#isOver()) this.#end({ state: 'failed', error, ...why }, error);
  }

  #end(state: RoomState, error: RoomError): void {
    this.#closeStream();
    this.#loading.stop();
    this.#views.close(error);
    this.#publisher.close();
    this.#options.position?.flush();
    this.#change(state);
    this.#rejectReady(error);
  }

  #change(state: RoomState): void {
    this.#current = state;
    this.#states.tell(state, () => this.#current === state);
  }

  #isOver(): boolean {
    return isOver(this.#current);
  }

  #ask<T>(call: (how: { signal: AbortSignal }) => Promise<T>): Promise<T> {
    return ask(this.#options, call);
  }
}
