import type { By } from '../../shared/index.ts';
import type { RoomName } from '../log/room-log.ts';
import type { Notice } from './notice.ts';

/** A latest or ephemeral event on its way to all nodes. */
export interface LiveMessage {
  /** The `n` of the event's id `epoch:offset/n`: the same on every node. */
  readonly number: string;
  readonly type: string;
  /** Superjson text. */
  readonly data: string;
  readonly by: By;
  /** Milliseconds since 1970, on the publishing node's clock. */
  readonly at: number;
  readonly memberId: string | undefined;
  readonly idempotencyKey: string | undefined;
}

/** What links nodes. It carries what no log keeps: nothing of it is stored or repeated, and one
 *  sender's messages arrive in his order. */
export interface Bus {
  publish(room: RoomName, message: LiveMessage): Promise<void>;
  /** Calls `handler` with every message of the room from now on. Returns the undo. */
  subscribe(room: RoomName, handler: (message: LiveMessage) => void): () => void;
  /** Tells all nodes, this one before it resolves, the others within a second (AUT1). */
  announce(notice: Notice): Promise<void>;
  /** Calls `handler` with every notice from now on, in the order of registering. Returns the undo. */
  onNotice(handler: (notice: Notice) => void): () => void;
}
