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

/** How a latest value is kept for nodes that come later. */
export interface Keeping {
  /** Its type and key: the newest of an id stands. */
  readonly id: string;
  /** How long it stands, in milliseconds. Undefined: until it is ended. */
  readonly lifeMs: number | undefined;
  /** It is no value, but the end of what stands. */
  readonly isEnd: boolean;
}

/** A latest value that stands. */
export interface KeptValue {
  readonly id: string;
  readonly message: LiveMessage;
  /** How long it stands yet, in milliseconds. Infinity: until it is ended. */
  readonly leftMs: number;
}

/** Latest values as all nodes have them. When they end each node knows by itself; `forget` only spares those
 *  who come later the judging. */
export interface KeptValues {
  /** Those of a room, the one set longest ago first. @throws RoomError LOG_UNAVAILABLE */
  read(room: RoomName): Promise<readonly KeptValue[]>;
  /** Values that stand no more, by the number of their message. */
  forget(
    room: RoomName,
    values: readonly { readonly id: string; readonly number: string }[],
  ): Promise<void>;
}

/** What links nodes. It carries what no log keeps: nothing of it but latest values is stored, nothing repeated, and
 *  one sender's messages arrive in his order. */
export interface Bus {
  /** `keeping`: of a latest value, how it is kept where that is done. */
  publish(room: RoomName, message: LiveMessage, keeping?: Keeping): Promise<void>;
  /** Undefined: each node keeps what it has heard, and there is only one. */
  readonly kept?: KeptValues | undefined;
  /** Calls `handler` with every message of the room from now on. Returns the undo. */
  subscribe(room: RoomName, handler: (message: LiveMessage) => void): () => void;
  /** Tells all nodes, this one before it resolves, the others within a second (AUT1). */
  announce(notice: Notice): Promise<void>;
  /** Calls `handler` with every notice from now on, in the order of registering, and `missed` when some may have
   *  been lost on the way or before they are first heard: what was known by them is to be asked for anew. Returns
   *  the undo. */
  onNotice(handler: (notice: Notice) => void, missed: () => void): () => void;
}
