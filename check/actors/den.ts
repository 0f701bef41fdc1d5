import type { AccessTold } from '../judge/access.ts';
import type { Device } from './device.ts';
import type { Stage } from './stage.ts';
import { untilAnswered, type Answer } from './until-answered.ts';

/** Somebody, with his devices. */
export interface Person {
  readonly user: string;
  readonly devices: readonly Device[];
}

/** How somebody loses a room. */
export type Loss = 'banned' | 'removed' | 'left';

/** A private room is for members alone; an open one for everybody but the banned. */
export type DenKind = 'private' | 'open';

/** A room whose owner lets people in and shuts them out. Of one person one thing at a time. */
export class Den {
  readonly #stage: Stage;
  readonly #host: Person;
  readonly room: string;

  private constructor(stage: Stage, host: Person, room: string) {
    this.#stage = stage;
    this.#host = host;
    this.room = room;
  }

  /** Makes one. `withinMs`: so soon every node must go by who may be in it. Undefined: it was not to be. */
  static async open(
    stage: Stage,
    host: Person,
    { kind, withinMs }: { kind: DenKind; withinMs: number },
  ): Promise<Den | undefined> {
    const device = stage.random.pick(host.devices);
    const key = `den-${stage.random.next().toString(36).slice(2)}`;
    const make = () =>
      device.membership.create({ private: kind === 'private', idempotencyKey: key });
    const made = await untilAnswered(stage, make);
    if (made.state !== 'done') return undefined;
    const den = new Den(stage, host, made.answer.room);
    den.#tell({ step: 'opens', withinMs });
    den.#tell({ step: 'asks', user: host.user, to: 'in' });
    den.#tell({ step: 'done', user: host.user, isSure: true });
    return den;
  }

  /** Lets somebody in. */
  async admit(guest: Person): Promise<boolean> {
    const { room } = this;
    const { user } = guest;
    this.#tell({ step: 'asks', user, to: 'in' });
    const invited = await this.#ask(this.#host, ({ membership }) =>
      membership.invite({ room, user }),
    );
    if (invited.state !== 'done') return this.#answered([user], invited);
    const accepted = await this.#ask(guest, ({ membership }) => membership.accept({ room }));
    if (accepted.state !== 'done') return this.#answered([user], accepted);
    return this.#answered([user], { ...accepted, isSure: invited.isSure && accepted.isSure });
  }

  /** Shuts somebody out, or lets him go. */
  async shutOut(guest: Person, how: Loss): Promise<boolean> {
    const { room } = this;
    const { user } = guest;
    this.#tell({ step: 'asks', user, to: 'out' });
    if (how !== 'left') {
      const ban = how === 'banned';
      const remove = ({ membership }: Device) => membership.removeMember({ room, user, ban });
      return this.#answered([user], await this.#ask(this.#host, remove));
    }
    const left = await this.#ask(guest, ({ membership }) => membership.leaveRoom({ room }));
    // A node that has not heard yet that he is in refuses, and so it does when an earlier call has done it.
    return this.#answered([user], left.state === 'refused' ? { state: 'open' } : left);
  }

  /** Closes the room for good: everybody is shut out. */
  async close(guests: readonly Person[]): Promise<boolean> {
    const { room } = this;
    const users = [this.#host, ...guests].map(({ user }) => user);
    for (const user of users) this.#tell({ step: 'asks', user, to: 'out' });
    const closed = await this.#ask(this.#host, ({ membership }) => membership.close({ room }));
    // Closed by a call without an answer it is nobody's any more.
    const isDone = closed.state === 'refused' && !closed.isSure;
    return this.#answered(users, isDone ? { state: 'done', answer: room, isSure: false } : closed);
  }

  #ask<T>(who: Person, call: (device: Device) => Promise<T>): Promise<Answer<T>> {
    const { random } = this.#stage;
    return untilAnswered(this.#stage, () => call(random.pick(who.devices)));
  }

  #answered(users: readonly string[], answer: Answer<unknown>): boolean {
    for (const user of users) {
      if (answer.state === 'done') this.#tell({ step: 'done', user, isSure: answer.isSure });
      else if (answer.state === 'open') this.#tell({ step: 'undone', user });
      else this.#tell({ step: 'undone', user, code: answer.code });
    }
    return answer.state === 'done';
  }

  #tell(told: AccessTold): void {
    this.#stage.record({ kind: 'access', room: this.room, told });
  }
}
