import type { Report } from './anomaly.ts';
import { readPlace } from './place.ts';
import type { Reacted, Reacting, ReactingTold } from './reacting.ts';
import { Reaction } from './reaction.ts';
import { faultOf } from './summary-fault.ts';

type Told<Step extends ReactingTold['step']> = Extract<ReactingTold, { step: Step }>;

// Of messages; the newest are reacted to.
const MOST_TARGETS = 200;
// Of summaries of one message.
const MOST_SUMMARIES = 200;
// What befalls Redis is written down a moment before, or after, it is done.
const LOSS_MS = 5_000;
const NO_END = Number.MAX_SAFE_INTEGER;

/** Judges what is told of reactions (MSG3): every summary knows of what was acknowledged at its place or before, all
 *  readers are shown the same one at a place, and when all is quiet everybody has the newest. Of what is asked
 *  for when a summary is first shown nothing is said: it may be in it or not. */
export class ReactionJudge {
  readonly #report: Report;
  readonly #targets = new Map<string, Target>();
  #lostAt = Number.NEGATIVE_INFINITY;

  constructor(report: Report) {
    this.#report = report;
  }

  add({ room, told }: Reacting, at: number): void {
    const name = `${room} ${told.target}`;
    if (told.step === 'target') {
      // A new epoch begins without reactions, and refuses positions of the old one.
      if (at >= this.#lostAt + LOSS_MS) this.#begin(name, room, told.target);
    } else this.#targets.get(name)?.add(told, at);
  }

  /** The epoch changes: nobody speaks of these messages any more. */
  forget(at: number): void {
    this.#lostAt = at;
    this.#targets.clear();
  }

  #begin(name: string, room: string, position: string): void {
    const report: Report = (kind, what) => this.#report(kind, what, room);
    this.#targets.set(name, new Target(position, report));
    if (this.#targets.size <= MOST_TARGETS) return;
    const [oldest] = this.#targets.keys();
    if (oldest !== undefined) this.#targets.delete(oldest);
  }
}

/** One message, and who has reacted to it. */
class Target {
  readonly #position: string;
  readonly #report: Report;
  readonly #reactions = new Map<string, Reaction>();
  /** By offset, as it was first shown. */
  readonly #summaries = new Map<number, readonly Reacted[]>();
  /** Offset of its removal; without an end while that is only asked for. */
  #removedAt: number | undefined;
  /** Asked for when the message had been removed. */
  readonly #late = new Set<string>();
  #atRest: { readonly reader: string; readonly text: string } | undefined;

  constructor(position: string, report: Report) {
    this.#position = position;
    this.#report = report;
  }

  add(told: Exclude<ReactingTold, { step: 'target' }>, at: number): void {
    switch (told.step) {
      case 'asks':
        return this.#asks(told, at);
      case 'done':
        return this.#done(told, at);
      case 'refused':
        return this.#refused(told);
      case 'removes':
        this.#removedAt ??= NO_END;
        return;
      case 'removed':
        this.#removedAt = offsetOf(told.position);
        return;
      case 'summary':
        return this.#summary(told);
      case 'shows':
        return this.#shows(told);
      case 'lists':
        return this.#lists(told);
    }
  }

  #asks(told: Told<'asks'>, at: number): void {
    this.#of(told).asks(told.on, at);
    if (this.#removedAt === undefined || this.#removedAt === NO_END) return;
    this.#late.add(keyOf(told));
  }

  #done(told: Told<'done'>, at: number): void {
    const { user, name, position, isSure } = told;
    if (this.#late.has(keyOf(told))) {
      const what = `${user} with ${name} was answered at ${this.#position}, which had been removed`;
      this.#report('refusal', what);
    }
    const offset = offsetOf(position);
    const isOn = this.#of(told).done(offset, isSure, at);
    const summary = this.#summaries.get(offset);
    if (isOn === undefined || !summary) return;
    // Shown before the ack came, it was not looked at for this.
    const { count = 0, users = [] } = summary.find((one) => one.name === name) ?? {};
    const isThere = users.includes(user);
    if (isThere === isOn || (isOn && count > users.length)) return;
    const what = isOn ? 'is not' : 'still is';
    this.#wrong(
      `${user} with ${name} ${what} in the summary ${position} that he was answered with`,
    );
  }

  #refused(told: Told<'refused'>): void {
    this.#of(told).refused();
    if (told.code === 'EVENT_REMOVED' && this.#removedAt !== undefined) return;
    const what = `${told.user} with ${told.name} at ${this.#position} was refused with ${told.code}`;
    this.#report('refusal', what);
  }

  #summary({ reader, position, reactions }: Told<'summary'>): void {
    const offset = offsetOf(position);
    const first = this.#summaries.get(offset);
    if (first) {
      if (textOf(first) === textOf(reactions)) return;
      this.#wrong(`${reader} is shown ${position} as ${textOf(reactions)}, not ${textOf(first)}`);
      return;
    }
    this.#summaries.set(offset, reactions);
    const [oldest] = this.#summaries.keys();
    if (this.#summaries.size > MOST_SUMMARIES && oldest !== undefined)
      this.#summaries.delete(oldest);
    if (this.#removedAt !== undefined && offset > this.#removedAt) {
      return this.#wrong(`${position} tells of reactions after the removal`);
    }
    const fault = faultOf(reactions, [...this.#reactions.values()], offset);
    if (fault !== undefined) this.#wrong(`${position} ${fault}`);
  }

  #shows({ reader, reactions }: Told<'shows'>): void {
    const text = textOf(reactions);
    this.#atRest ??= { reader, text };
    if (this.#atRest.text !== text) {
      return this.#wrong(`${reader} has ${text}, ${this.#atRest.reader} has ${this.#atRest.text}`);
    }
    if (this.#removedAt !== undefined) {
      // While that is only asked for it may be so or so.
      if (this.#removedAt === NO_END || reactions.length === 0) return;
      return this.#wrong(`${reader} has ${text}, and the message was removed`);
    }
    const fault = faultOf(reactions, [...this.#reactions.values()], NO_END);
    if (fault !== undefined) this.#wrong(`what ${reader} has ${fault}`);
  }

  #lists({ users }: Told<'lists'>): void {
    for (const { user, name, isIn } of this.#now()) {
      if (isIn === undefined || isIn === (users[user]?.includes(name) ?? false)) continue;
      this.#wrong(`${user} is ${isIn ? 'not ' : ''}told among those with ${name}`);
    }
    for (const [user, names] of Object.entries(users)) {
      const stranger = names.find((name) => !this.#reactions.has(keyOf({ user, name })));
      if (stranger !== undefined)
        this.#wrong(`${user} never reacted with ${stranger}, and is told`);
    }
  }

  /** Who must have reacted, and who must not. */
  #now() {
    const all = [...this.#reactions.values()];
    return all.map((one) => ({ user: one.user, name: one.name, isIn: one.isIn(NO_END) }));
  }

  #of(own: Own): Reaction {
    const key = keyOf(own);
    const reaction = this.#reactions.get(key) ?? new Reaction(own.user, own.name);
    this.#reactions.set(key, reaction);
    return reaction;
  }

  #wrong(what: string): void {
    this.#report('reaction', `at ${this.#position}: ${what}`);
  }
}

interface Own {
  readonly user: string;
  readonly name: string;
}

function keyOf({ user, name }: Own): string {
  return `${user} ${name}`;
}

function offsetOf(position: string): number {
  return readPlace(position)?.offset ?? 0;
}

function textOf(reactions: readonly Reacted[]): string {
  const words = reactions.map(({ name, count, users }) => `${name} ${count} [${users.join(' ')}]`);
  return `(${words.join(', ')})`;
}
