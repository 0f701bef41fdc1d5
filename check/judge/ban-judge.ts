import type { Access, AccessTold, Entry } from './access.ts';
import type { Report } from './anomaly.ts';
import { Door, type Stay } from './door.ts';

interface Attempt {
  readonly user: string;
  readonly what: Entry;
  /** Where he stood when it began, if every node had to go by that. */
  readonly stay: Stay | undefined;
}

// What lies further back nobody is shown, or told of, any more.
const MOST_REMEMBERED = 5_000;
// What befalls Redis is written down a moment before, or after, it is done.
const LOSS_MS = 5_000;

/** Judges who is let into rooms with members (AUT1, RES4), and what they are shown there. It speaks of what begins
 *  when everybody has to know where somebody stands, and ends before anybody asks to change that: what is under
 *  way meanwhile may fall on either side. */
export class BanJudge {
  readonly #report: Report;
  readonly #rooms = new Map<string, PrivateRoom>();
  #lostAt = Number.NEGATIVE_INFINITY;

  constructor(report: Report) {
    this.#report = report;
  }

  add({ room: name, told }: Access, at: number): void {
    if (told.step === 'opens') {
      if (at < this.#lostAt + LOSS_MS) return;
      const report: Report = (kind, what) => this.#report(kind, what, name);
      this.#rooms.set(name, new PrivateRoom(told.withinMs, report));
    } else this.#rooms.get(name)?.add(told, at);
  }

  /** What was stored may be lost: who may be in which room nobody knows. */
  forget(at: number): void {
    this.#lostAt = at;
    this.#rooms.clear();
  }
}

class PrivateRoom {
  readonly #withinMs: number;
  readonly #report: Report;
  readonly #doors = new Map<string, Door>();
  readonly #attempts = new Map<string, Attempt>();
  /** By key: who had to be out when its publish began. */
  readonly #posted = new Map<string, ReadonlyMap<string, Stay>>();
  /** Keys of publishes that were refused. */
  readonly #refused = new Map<string, true>();

  constructor(withinMs: number, report: Report) {
    this.#withinMs = withinMs;
    this.#report = report;
  }

  add(told: Exclude<AccessTold, { step: 'opens' }>, at: number): void {
    switch (told.step) {
      case 'asks':
        return this.#door(told.user).asks(told.to, at);
      case 'done':
        return this.#door(told.user).done(told.isSure, at);
      case 'undone':
        return this.#undone(told.user, told.code, at);
      case 'tries':
        return this.#tries(told, at);
      case 'tried':
        return this.#tried(told.attempt, told.code);
      case 'shown':
        return this.#shown(told);
      case 'ousted':
        return this.#ousted(told.attempt);
      case 'stays':
        return this.#stays(told.attempt, at);
      case 'misses':
        return this.#misses(told.attempt, told.key);
    }
  }

  #undone(user: string, code: string | undefined, at: number): void {
    if (this.#door(user).undone(at) || code === undefined) return;
    this.#report('refusal', `a change of where ${user} stands was refused with ${code}`);
  }

  #tries({ attempt, user, what }: { attempt: string; user: string; what: Entry }, at: number) {
    remember(this.#attempts, attempt, { user, what, stay: this.#settled(user, at) });
    if (what !== 'publish') return;
    const out = [...this.#doors.keys()].flatMap((name) => {
      const stay = this.#settled(name, at);
      return stay?.side === 'out' ? [[name, stay] as const] : [];
    });
    remember(this.#posted, attempt, new Map(out));
  }

  #tried(name: string, code: string | undefined): void {
    const attempt = this.#attempts.get(name);
    if (code === 'FORBIDDEN' && attempt?.what === 'publish') remember(this.#refused, name, true);
    if (!attempt || !this.#isStill(attempt)) return;
    const { user, what, stay } = attempt;
    if (code === undefined && stay?.side === 'out') {
      this.#report('leak', `${user}, who was shut out, was let in to ${what}: ${name}`);
    }
    if (code === 'FORBIDDEN' && stay?.side === 'in') {
      this.#report('refusal', `${user}, who belongs there, was refused to ${what}: ${name}`);
    }
  }

  #shown({ user, device, key }: { user: string; device: string; key: string }): void {
    if (this.#refused.has(key)) {
      this.#report('refusal', `${key} was refused with FORBIDDEN, and ${device} is shown it`);
    }
    const stay = this.#posted.get(key)?.get(user);
    // Whoever is let in again may read what he has missed.
    if (!stay || stay !== this.#doors.get(user)?.stay) return;
    this.#report('leak', `${device} is shown ${key}, published after ${user} was shut out`);
  }

  #ousted(name: string): void {
    const attempt = this.#attempts.get(name);
    if (attempt?.stay?.side !== 'in' || !this.#isStill(attempt)) return;
    this.#report('refusal', `the stream ${name} of ${attempt.user}, who belongs there, was ended`);
  }

  #stays(name: string, at: number): void {
    const { user = '' } = this.#attempts.get(name) ?? {};
    if (this.#settled(user, at)?.side !== 'out') return;
    this.#report('leak', `the stream ${name} of ${user}, who was shut out, has not ended`);
  }

  #misses(name: string, key: string): void {
    const attempt = this.#attempts.get(name);
    if (attempt?.stay?.side !== 'in' || !this.#isStill(attempt)) return;
    this.#report('liveness', `the stream ${name} of ${attempt.user} has not shown ${key}`);
  }

  /** Has nobody asked to change where he stood when it began? */
  #isStill({ user, stay }: Attempt): boolean {
    return stay !== undefined && stay === this.#doors.get(user)?.stay;
  }

  /** Where he stands, once every node has to go by that. */
  #settled(user: string, at: number): Stay | undefined {
    const stay = this.#doors.get(user)?.stay;
    return stay && at >= stay.since + this.#withinMs ? stay : undefined;
  }

  #door(user: string): Door {
    const door = this.#doors.get(user) ?? new Door();
    this.#doors.set(user, door);
    return door;
  }
}

function remember<T>(map: Map<string, T>, name: string, value: T): void {
  map.set(name, value);
  if (map.size <= MOST_REMEMBERED) return;
  const [oldest] = map.keys();
  if (oldest !== undefined) map.delete(oldest);
}
