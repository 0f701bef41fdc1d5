import type {
  Ack,
  DurableEventOf,
  EventsInput,
  FrameOf,
  HistoryInput,
  HistoryPage,
  Members,
  MembersInput,
  PresenceOf,
  PublishInput,
  RoomKind,
  SetPresenceInput,
  WhisperInput,
} from '../shared/index.ts';

/** What may be said beside the input of a call. */
interface CallOptions {
  /** Gives the call up. */
  readonly signal?: AbortSignal;
}

/** What a room handle calls: one room kind's branch of a tRPC client. `createRooms` makes one; a
 *  stock `createTRPCClient<AppRouter>()` has one too, as `client.chat`. */
export interface RoomCalls<K extends RoomKind> {
  readonly events: {
    subscribe(
      input: EventsInput,
      callbacks: {
        onData: (envelope: { id: string; data: FrameOf<K> }) => void;
        onError: (error: unknown) => void;
        onComplete: () => void;
        onConnectionStateChange: (change: { readonly state: string }) => void;
      },
    ): { unsubscribe(): void };
  };
  readonly publish: {
    mutate(input: PublishInput<K>, options?: CallOptions): Promise<Ack>;
  };
  readonly history: {
    query(input: HistoryInput, options?: CallOptions): Promise<HistoryPage<DurableEventOf<K>>>;
  };
  readonly members: {
    query(input: MembersInput, options?: CallOptions): Promise<Members<PresenceOf<K>>>;
  };
  /** Of kinds that have whispers. */
  readonly whisper?: {
    mutate(input: WhisperInput, options?: CallOptions): Promise<Ack>;
  };
  /** Of kinds whose members have a state. */
  readonly setPresence?: {
    mutate(input: SetPresenceInput<K>, options?: CallOptions): Promise<unknown>;
  };
}
