import {
  RoomError,
  type Ack,
  type ClientEventType,
  type DurableEventOf,
  type EventInput,
  type EventOf,
  type EventType,
  type FrameOf,
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
import { openStream } from './room-stream.ts';
import type {
  EventNamed,
  HandleOptions,
  JoinOptions,
  PublishOptions,
  Room,
  RoomState,
} from './room.ts';

type Beginning<K extends RoomKind> = Extract<FrameOf<K>, { type: 'ready' | 'gap' }>;

/** A room that is followed: frames in, typed events out. */
export class JoinedRoom<K extends RoomKind> implements Room<K> {
  readonly id: string;
  readonly ready: Promise<ReadyFrame<EventOf<K>>>;
  readonly #calls: RoomCalls<K>;
  readonly #options: JoinOptions & HandleOptions;
  readonly #byType = new Map<string, Set<Listener<never>>>();
  readonly #frames = new Set<Listener<FrameOf<K>>>();
  readonly #states = new Set<Listener<RoomState>>();
  #closeStream = () => {};
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
    this.#closeStream = openStream(
      calls,
      { room: id, since: options.since },
      {
        ...options,
        onFrame: (frame) => this.#receive(frame),
        onFail: (error) => this.#fail(error),
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
    this.#end({ state: 'left' }, new RoomError('DISCONNECTED', 'the room was left'));
  }

  #receive(frame: FrameOf<K>): void {
    if (this.#isOver()) return;
    const begins = frame.type === 'ready' || frame.type === 'gap';
    if (begins && this.#needsState(frame)) this.#load(frame);
    // While state loads everything waits, a reconnect's `ready` too: nothing overtakes, nothing drops.
    else if (this.#held) this.#held.push(frame);
    else if (begins) this.#begin(frame);
    else this.#dispatch(frame);
  }

  /** Does the stream begin where no known state leads up to? */
  #needsState(frame: Beginning<K>): boolean {
    const { onGap, loadState } = this.#options;
    if (!loadState) return false;
    return gapOf(frame) ? onGap === 'reload' : frame.type === 'ready' && frame.start === 'fresh';
  }

  /** Loads the state up to where the stream begins, then shows what came meanwhile. A load that is
   *  overtaken by a later one is forgotten: that one's state holds everything before its position. */
  #load(frame: Beginning<K>): void {
    const held: FrameOf<K>[] = [];
    this.#held = held;
    const load = async () => this.#options.loadState?.(positionOf(frame));
    load().then(
      () => {
        if (this.#held !== held || this.#isOver()) return;
        this.#held = undefined;
        this.#begin(frame);
        for (const waiting of held) this.#receive(waiting);
      },
      (error: unknown) => {
        if (this.#held === held) this.#fail(toRoomError(error));
      },
    );
  }

  #begin(frame: Beginning<K>): void {
    const gap = gapOf(frame);
    const { onGap } = this.#options;
    // As a listener: whatever it throws, the stream goes on.
    if (gap && onGap !== 'reload') callEach([onGap], gap);
    this.#change({ state: 'joined', position: positionOf(frame) });
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
    if (!this.#isOver()) this.#end({ state: 'failed', error }, error);
  }

  #end(state: RoomState, error: RoomError): void {
    this.#closeStream();
    this.#change(state);
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

function gapOf<K extends RoomKind>(frame: Beginning<K>) {
  return frame.type === 'gap' ? frame : frame.gap;
}

function positionOf<K extends RoomKind>(frame: Beginning<K>): string {
  return frame.type === 'gap' ? frame.to : frame.position;
}
