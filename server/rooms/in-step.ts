import type { PushCrowd, PushSink, PushTogether } from '../push.ts';
import { isNext } from './merge.ts';
import type { RoomFollower } from './room-follower.ts';
import type { TrackedFrame } from './tracked-frame.ts';

/** The sinks of those followers of a room who all stand at the same offset, with nothing waiting and room for more: a
 *  frame that is next for one of them is next for all, and goes there with no look at them. Where they stand is kept
 *  once. */
export class InStep {
  readonly #sinks = new Map<RoomFollower, PushSink>();
  /** Those who can be pushed to with others, by what does it. */
  readonly #crowds = new Map<PushTogether, PushCrowd<RoomFollower>>();
  readonly #alone = new Set<RoomFollower>();
  #offset = 0;

  get size(): number {
    return this.#sinks.size;
  }

  get all(): Iterable<RoomFollower> {
    return this.#sinks.keys();
  }

  /** The last durable event that they all got. */
  get offset(): number {
    return this.#offset;
  }

  /** Is this what comes next for all of them? */
  isNext(frame: TrackedFrame): boolean {
    return isNext(this.#offset, frame);
  }

  /** Takes in one who stands at `offset`. False: the others stand elsewhere. */
  join(follower: RoomFollower, offset: number, sink: PushSink): boolean {
    if (offset !== this.#offset) return false;
    this.#sinks.set(follower, sink);
    const { together } = sink;
    if (together) this.#crowdOf(together).add(follower, sink);
    else this.#alone.add(follower);
    return true;
  }

  #crowdOf(together: PushTogether): PushCrowd<RoomFollower> {
    const known = this.#crowds.get(together);
    if (known) return known;
    const crowd = together.crowd<RoomFollower>();
    this.#crowds.set(together, crowd);
    return crowd;
  }

  /** False: he was not there. */
  leave(follower: RoomFollower): boolean {
    const together = this.#sinks.get(follower)?.together;
    if (together) this.#leaveCrowd(follower, together);
    else this.#alone.delete(follower);
    return this.#sinks.delete(follower);
  }

  #leaveCrowd(follower: RoomFollower, together: PushTogether): void {
    const crowd = this.#crowds.get(together);
    crowd?.delete(follower);
    // One without anybody would have each frame made for nobody.
    if (crowd?.size === 0) this.#crowds.delete(together);
  }

  has(follower: RoomFollower): boolean {
    return this.#sinks.has(follower);
  }

  /** Pushes what is next to all, or to all but one user. `onFull` hears of each whose sink is full now: he knows it, and
   *  is in step no more. Whoever had no room before is given it as one who walks alone. */
  push(
    frame: TrackedFrame,
    exceptUserId: string | undefined,
    onFull: (follower: RoomFollower) => void,
  ): void {
    const before = this.#offset;
    this.#offset = frame.offset;
    const each = (followers: Iterable<RoomFollower>) => {
      for (const follower of followers) {
        // Whose he is, is asked only where it matters.
        if (exceptUserId !== undefined && follower.member?.user.id === exceptUserId) continue;
        this.#pushTo(follower, frame, { before, onFull });
      }
    };
    if (exceptUserId !== undefined) return each(this.#sinks.keys());
    for (const crowd of this.#crowds.values()) each(crowd.push(frame));
    each(this.#alone);
  }

  #pushTo(
    follower: RoomFollower,
    frame: TrackedFrame,
    { before, onFull }: { before: number; onFull: (follower: RoomFollower) => void },
  ): void {
    const sink = this.#sinks.get(follower);
    // What is written because of a frame may have had him go.
    if (!sink) return;
    try {
      if (!sink.hasRoom()) {
        this.#fill(follower, before, onFull);
        follower.receive(frame);
      } else if (!sink.push(frame)) this.#fill(follower, frame.offset, onFull);
    } catch (error) {
      follower.fail?.(error);
    }
  }

  #fill(follower: RoomFollower, offset: number, onFull: (follower: RoomFollower) => void): void {
    // What was written because of a frame may have had its reader go.
    if (!this.leave(follower)) return;
    follower.walkAlone?.(offset, true);
    onFull(follower);
  }
}
