import type {
  Ack,
  MarkInput,
  MarkReadInput,
  ReactInput,
  Reactors,
  ReactorsInput,
  ReadState,
  Receipts,
  ReceiptsInput,
  RemoveInput,
  UnreadAnswer,
} from '../../shared/index.ts';
import { ask } from '../ask.ts';
import type { RoomCalls } from '../room-calls.ts';
import type { HandleOptions } from '../room.ts';

interface Mutation<Input, Output> {
  mutate(input: Input, options?: { signal?: AbortSignal }): Promise<Output>;
}

interface Query<Input, Output> {
  query(input: Input, options?: { signal?: AbortSignal }): Promise<Output>;
}

/** What the branch of a kind has, as far as its events live. */
interface LifeBranch {
  readonly edit: Mutation<unknown, Ack>;
  readonly remove: Mutation<RemoveInput, Ack>;
  readonly react: Mutation<ReactInput, Ack>;
  readonly reactors: Query<ReactorsInput, Reactors>;
  readonly markRead: Mutation<MarkReadInput, ReadState>;
  readonly markUnread: Mutation<MarkInput, ReadState>;
  readonly unread: Query<{ readonly rooms: readonly string[] }, UnreadAnswer>;
  readonly receipts: Query<ReceiptsInput, Receipts>;
}

/** Calls about the life of one room's events. Each is given up after 30 s without an answer.
 *  @throws RoomError */
export interface LifeCalls {
  edit(input: object): Promise<Ack>;
  remove(target: string, idempotencyKey?: string): Promise<Ack>;
  react(target: string, name: string, on: boolean): Promise<Ack>;
  reactors(target: string, after: string | undefined): Promise<Reactors>;
  markRead(position: string, version: number | undefined): Promise<ReadState>;
  markUnread(position: string): Promise<ReadState>;
  /** The user's own id, and how he stands to the room; undefined where he may not know. */
  unread(): Promise<{ readonly me: string; readonly state: ReadState | undefined }>;
  receipts(): Promise<Receipts>;
}

/** Makes them over one branch of a tRPC client. */
export function lifeCalls(
  branch: RoomCalls<never>,
  room: string,
  options: HandleOptions,
): LifeCalls {
  // Which of them are there is said by the contract; those that are not are not called.
  const calls = branch as unknown as LifeBranch;
  const make = <T>(call: (options: { signal: AbortSignal }) => Promise<T>) => ask(options, call);
  return {
    edit: (input) => make((how) => calls.edit.mutate({ ...input, room }, how)),
    remove: (target, idempotencyKey) =>
      make((how) => calls.remove.mutate({ room, target, idempotencyKey }, how)),
    react: (target, name, on) => make((how) => calls.react.mutate({ room, target, name, on }, how)),
    reactors: (target, after) => make((how) => calls.reactors.query({ room, target, after }, how)),
    markRead: (position, version) =>
      make((how) => calls.markRead.mutate({ room, position, version }, how)),
    markUnread: (position) => make((how) => calls.markUnread.mutate({ room, position }, how)),
    unread: async () => {
      const { me, rooms } = await make((how) => calls.unread.query({ rooms: [room] }, how));
      return { me, state: rooms[0] };
    },
    receipts: () => make((how) => calls.receipts.query({ room }, how)),
  };
}
