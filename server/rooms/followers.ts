import { isMeant, type Revocation } from '../bus/notice.ts';
import type { PushSink } from '../push.ts';
import { InStep } from './in-step.ts';
import type { RoomFollower } from './room-follower.ts';
import type { TrackedFrame } from './tracked-frame.ts';

/** What is given, and to whom it is not. */
interface Due {
  readonly frame: TrackedFrame;
  readonly exceptUserId: string | undefined;
}

const NOBODY: readonly RoomFollower[] = [];

/** All who follow one room: each by himself, or in step with others. */
export class Followers {
  readonly #apart = new Set<RoomFollower>();
  readonly #inStep = new InStep();
  /** What is being given, and what comes after it. */
  readonly #due: Due[] = [];

  get size(): number {
    return this.#apart.size + this.#inStep.size;
  }

  add(follower: RoomFollower): void {
    this.#apart.add(follower);
  }

  /** False: it was none of them. */
  delete(follower: RoomFollower): boolean {
    return this.#apart.delete(follower) || this.#inStep.leave(follower);
  }

  /** Whoever stands at `offset` and has room for more gets his frames straight into his sink from now on. False: those
   *  who are in step stand elsewhere. */
  stepIn(follower: RoomFollower, offset: number, sink: PushSink): boolean {
    // What is written because of a frame may have had its reader go.
    if (!this.#apart.has(follower)) return false;
    return this.#inStep.join(follower, offset, sink) && this.#apart.delete(follower);
  }

  /** He is given his frames himself again. */
  stepOut(follower: RoomFollower): void {
    if (!this.#inStep.leave(follower)) return;
    this.#apart.add(follower);
    follower.walkAlone?.(this.#inStep.offset, false);
  }

  /** Gives a frame to all, or to all but one user. What one of them has told by it comes after it, for everybody. */
  emit(frame: TrackedFrame, exceptUserId?: string): void {
    this.#due.push({ frame, exceptUserId });
    if (this.#due.length > 1) return;
    try {
      for (let next = this.#due[0]; next; next = this.#due[0]) {
        this.#give(next);
        this.#due.shift();
      }
    } finally {
      this.#due.length = 0;
    }
  }

  #give({ frame, exceptUserId }: Due): void {
    if (!this.#inStep.isNext(frame)) this.#breakStep();
    // Who steps out because he is full has it.
    const apart = this.#apart.size > 0 ? [...this.#apart] : NOBODY;
    this.#inStep.push(frame, exceptUserId, (full) => this.#apart.add(full));
    for (const follower of apart) {
      if (exceptUserId !== undefined && follower.member?.user.id === exceptUserId) continue;
      if (this.#has(follower)) follower.receive(frame);
    }
  }

  #breakStep(): void {
    for (const follower of this.#inStep.all) this.stepOut(follower);
  }

  /** What one of them does with a frame may have another one go. */
  #has(follower: RoomFollower): boolean {
    return this.#apart.has(follower) || this.#inStep.has(follower);
  }

  reread(): void {
    for (const follower of this.#all()) follower.reread?.();
  }

  /** Ends the feeds of those who are shut out (AUT1). */
  revoke(revoked: Revocation): void {
    for (const follower of this.#all()) {
      const { member } = follower;
      if (member && isMeant(revoked, member.user.id)) follower.revoke?.(revoked.reason);
    }
  }

  /** Ends the feeds of a member whose seat another connection has taken. */
  endFeedsOf(memberId: string): void {
    for (const follower of this.#all()) {
      if (follower.member?.memberId === memberId) follower.end?.();
    }
  }

  /** A list of its own: who is told something may step out, or go. */
  #all(): RoomFollower[] {
    return [...this.#apart, ...this.#inStep.all];
  }
}
