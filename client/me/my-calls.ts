import {
  RoomError,
  type DurableEventOf,
  type FrameOf,
  type HistoryInput,
  type HistoryPage,
  type MeState,
  type RoomKind,
} from '../../shared/index.ts';
import type { RoomCalls } from '../room-calls.ts';

interface How {
  readonly signal?: AbortSignal;
}

/** The branch `me` of a tRPC client. */
export interface MyBranch<K extends RoomKind> {
  readonly events: {
    subscribe(
      input: { readonly lastEventId?: string | null | undefined } | undefined,
      callbacks: {
        onData: (envelope: { id: string; data: FrameOf<K> }) => void;
        onError: (error: unknown) => void;
        onComplete: () => void;
      },
    ): { unsubscribe(): void };
  };
  readonly history: {
    query(
      input: Omit<HistoryInput, 'room'> | undefined,
      how?: How,
    ): Promise<HistoryPage<DurableEventOf<K>>>;
  };
  readonly state: { query(input: undefined, how?: How): Promise<MeState> };
  readonly markSeen: { mutate(input: { position: string }, how?: How): Promise<MeState> };
}

/** One's own stream as a room that a handle can follow: whose it is nobody says, and nobody publishes. */
export function myCalls<K extends RoomKind>(branch: MyBranch<K>): RoomCalls<K> {
  const refuse = async (): Promise<never> => {
    throw new RoomError('NO_SUCH_PROCEDURE', 'only the server publishes here');
  };
  return {
    events: {
      subscribe: ({ lastEventId }, callbacks) =>
        branch.events.subscribe(lastEventId == null ? undefined : { lastEventId }, callbacks),
    },
    history: {
      query: (input, how) => {
        const { room: _, ...range } = input;
        return branch.history.query(range, how);
      },
    },
    publish: { mutate: refuse },
    members: { query: refuse },
  };
}
