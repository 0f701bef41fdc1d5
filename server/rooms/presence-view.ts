import {
  limits,
  type Departed,
  type LeaveReason,
  type Members,
  type Present,
  type PresenceFrame,
  type PresenceSnapshot,
} from '../../shared/index.ts';
import type { Clock } from '../clock.ts';
import type { PresenceChange, Seated } from '../presence/presence.ts';
import { decodeData } from './encoding.ts';
import { told, type Pending, type Shown } from './told.ts';

// PRE3. A count that nobody can check against a list may come later than names do.
const JOIN_MS = 100;
const JOIN_COUNTS_MS = 1_000;

/** What a view is made from. */
export interface PresenceViewOptions {
  /** Who is there when it begins. */
  readonly users: readonly Seated[];
  readonly clock: Clock;
  /** Takes a frame for everybody who follows. */
  readonly emit: (frame: PresenceFrame) => void;
}

interface Entry extends Shown {
  /** Counts arrivals: where a page of members begins. */
  readonly no: number;
}

/** What a room shows of its people. Changes of a moment are told together, at most 10 times a second; above
 *  500 users only their number is, once a second (PRE3). */
export class PresenceView {
  readonly #clock: Clock;
  readonly #emit: (frame: PresenceFrame) => void;
  /** In the order of arrival. */
  readonly #entries = new Map<string, Entry>();
  /** What followers were not told yet, by user. */
  readonly #pending = new Map<string, Pending>();
  #arrivals = 0;
  #version = 0;
  #isCounted: boolean;
  /** As the last frame said. */
  #count: number;
  #cancel: (() => void) | undefined;
  /** Made once for all who ask between two changes. */
  #users: readonly Present[] | undefined;

  constructor({ users, clock, emit }: PresenceViewOptions) {
    this.#clock = clock;
    this.#emit = emit;
    for (const user of users) this.#put(user);
    this.#count = this.#entries.size;
    this.#isCounted = this.#count > limits.listedUsers;
  }

  /** The room as it stands. Somebody sees it as it is before the others were told: he must not miss what
   *  cancels out for them. */
  get snapshot(): PresenceSnapshot {
    this.#show();
    const count = this.#entries.size;
    const head = { version: this.#version, count };
    const isListed = !this.#isCounted && count <= limits.listedUsers;
    return isListed ? { ...head, users: this.#list() } : head;
  }

  /** A page of those who are there. `after`: `next` of the page before. */
  page(after: string | undefined, limit: number): Omit<Members, 'room'> {
    this.#show();
    const since = Number(after ?? 0);
    const users: Present[] = [];
    let last = since;
    let next: string | undefined;
    for (const { user, no } of this.#entries.values()) {
      if (no <= since) continue;
      if (users.length === limit) {
        next = String(last);
        break;
      }
      users.push(user);
      last = no;
    }
    const count = this.#entries.size;
    return { users, count, version: this.#version, ...(next === undefined ? {} : { next }) };
  }

  /** Takes a change of the users. */
  take(change: Extract<PresenceChange, { type: 'join' | 'update' | 'leave' }>): void {
    const { id } = change.user;
    const pending = this.#pending.get(id);
    if (!pending) this.#pending.set(id, { before: this.#entries.get(id), wasShown: false });
    if (change.type === 'leave') this.#remove(id, change.reason);
    else this.#put(change.user);
    this.#schedule();
  }

  /** Stops the timer. What was not told stays so. */
  close(): void {
    this.#cancel?.();
  }

  #put(seated: Seated): void {
    const no = this.#entries.get(seated.id)?.no ?? (this.#arrivals += 1);
    this.#entries.set(seated.id, { user: shown(seated), text: seated.state, no });
    this.#users = undefined;
  }

  #remove(id: string, reason: LeaveReason): void {
    const pending = this.#pending.get(id);
    const user = this.#entries.get(id)?.user;
    if (pending && user) this.#pending.set(id, { ...pending, left: departed(user, reason) });
    this.#entries.delete(id);
    this.#users = undefined;
  }

  #list(): readonly Present[] {
    return (this.#users ??= [...this.#entries.values()].map(({ user }) => user));
  }

  #show(): void {
    for (const [id, pending] of this.#pending) {
      if (!pending.wasShown) this.#pending.set(id, { ...pending, wasShown: true });
    }
  }

  #schedule(): void {
    if (this.#cancel) return;
    const ms = this.#isCounted ? JOIN_COUNTS_MS : JOIN_MS;
    this.#cancel = this.#clock.after(ms, () => {
      this.#cancel = undefined;
      this.#flush();
    });
  }

  #flush(): void {
    const pending = [...this.#pending];
    this.#pending.clear();
    const frame = this.#next(pending);
    if (!frame) return;
    this.#version = frame.version;
    this.#count = frame.count;
    this.#emit(frame);
  }

  /** What is to be told of the changes. Undefined: they cancel out. */
  #next(pending: readonly (readonly [string, Pending])[]): PresenceFrame | undefined {
    const count = this.#entries.size;
    const head = { type: 'presence', version: this.#version + 1, count } as const;
    const wasCounted = this.#isCounted;
    // Not back and forth with every visitor: a whole list goes out when it is listed again.
    this.#isCounted = count > (wasCounted ? limits.listedAgain : limits.listedUsers);
    if (this.#isCounted) {
      const isNews =
        !wasCounted || count !== this.#count || pending.some(([, one]) => one.wasShown);
      return isNews ? head : undefined;
    }
    if (wasCounted) return { ...head, users: this.#list() };
    const lists = told(pending.map(([id, one]) => ({ ...one, now: this.#entries.get(id) })));
    return lists && { ...head, ...lists };
  }
}

function shown({ id, name, state }: Seated): Present {
  return state === undefined ? { id, name } : { id, name, state: decodeData(state) };
}

function departed({ id, name }: Present, reason: LeaveReason): Departed {
  return { id, name, reason };
}
