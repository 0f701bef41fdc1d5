import type { RevokedReason } from '../../shared/index.ts';
import type { Member } from '../presence/presence.ts';
import type { TrackedFrame } from './tracked-frame.ts';

/** Who follows a room. */
export interface RoomFollower {
  receive(frame: TrackedFrame): void;
  /** Whose it is, where it is somebody's. */
  readonly member?: Member | undefined;
  /** Another connection has taken the member's seat. */
  end?(): void;
  /** The member may follow the room no longer. */
  revoke?(reason: RevokedReason): void;
  /** What comes next does not join on to what came before: the log says what there is. */
  reread?(): void;
  /** In step it has come as far as `offset`, and goes on by itself now; its sink is full, where it `isFull`. */
  walkAlone?(offset: number, isFull: boolean): void;
  /** In step its sink has thrown. */
  fail?(error: unknown): void;
}
