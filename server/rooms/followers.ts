import type { RevokedReason } from '../../shared/index.ts';
import { isMeant, type Revocation } from '../bus/notice.ts';
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
}

/** All who follow one room, in the order in which they came. */
export class Followers {
  readonly #all = new Set<RoomFollower>();

  get size(): number {
    return this.#all.size;
  }

  add(follower: RoomFollower): void {
    this.#all.add(follower);
  }

  /** False: it was none of them. */
  delete(follower: RoomFollower): boolean {
    return this.#all.delete(follower);
  }

  emit(frame: TrackedFrame): void {
    for (const follower of this.#all) follower.receive(frame);
  }

  // Apart, so that frames for everybody ask nobody who he is.
  emitToOthers(frame: TrackedFrame, userId: string): void {
    for (const follower of this.#all) {
      if (follower.member?.user.id !== userId) follower.receive(frame);
    }
  }

  reread(): void {
    for (const follower of this.#all) follower.reread?.();
  }

  /** Ends the feeds of those who are shut out (AUT1). */
  revoke(revoked: Revocation): void {
    for (const follower of this.#all) {
      const { member } = follower;
      if (member && isMeant(revoked, member.user.id)) follower.revoke?.(revoked.reason);
    }
  }

  /** Ends the feeds of a member whose seat another connection has taken. */
  endFeedsOf(memberId: string): void {
    for (const follower of this.#all) {
      if (follower.member?.memberId === memberId) follower.end?.();
    }
  }
}
