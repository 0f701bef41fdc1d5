import type { RoomCalls, RoomHandle, RoomMessages } from '../../client/index.ts';
import type { Ack, chat, RoomEvent, RoomKind } from '../../shared/index.ts';
import type { Reacted, ReactingTold } from '../judge/reacting.ts';
import { offsetOf, type Stage } from './stage.ts';
import { untilAnswered } from './until-answered.ts';

/** Who reacts, or reads of reactions, through one device. */
export interface BoardOptions {
  readonly stage: Stage;
  readonly name: string;
  readonly user: string;
  readonly room: string;
  readonly calls: RoomCalls<RoomKind>;
  /** Of that room. */
  readonly handle: RoomHandle<RoomKind>;
}

/** One device's view of a room in which people react to messages. It writes down what it asks for and what it is
 *  shown. */
export class Board {
  readonly #options: BoardOptions;
  readonly #handle: RoomHandle<typeof chat>;
  #count = 0;
  #seen = 0;

  constructor(options: BoardOptions) {
    this.#options = options;
    // No type knows the kind here: the subject says that its events are reacted to.
    this.#handle = options.handle as unknown as RoomHandle<typeof chat>;
    // Listened to, they follow the room.
    this.#messages.subscribe(() => {});
    options.handle.onFrame((frame) => {
      if (frame.type === 'event') this.#shown(frame.event);
      if (frame.type === 'ready') this.#seen = offsetOf(frame.position);
      if (frame.type === 'gap') this.#seen = offsetOf(frame.to);
    });
  }

  get name(): string {
    return this.#options.name;
  }

  get user(): string {
    return this.#options.user;
  }

  /** The offset of the newest event that it was shown. */
  get seen(): number {
    return this.#seen;
  }

  /** Publishes a message to be reacted to. Returns its position. */
  async post(): Promise<string | undefined> {
    const { stage, room, calls, name } = this.#options;
    const { type, data } = stage.subject;
    const idempotencyKey = `${name}/${(this.#count += 1)}`;
    const input = { room, type, data: data(idempotencyKey), idempotencyKey };
    const posted = await untilAnswered(stage, () => calls.publish.mutate(input as never));
    return posted.state === 'done' ? posted.answer.position : undefined;
  }

  /** It is there: from here on its reactions are judged. */
  begin(target: string): void {
    this.#tell({ step: 'target', target });
  }

  /** Reacts, or takes that back. Returns the offset that says so. */
  async react(target: string, name: string, on: boolean): Promise<number | undefined> {
    const { stage, user } = this.#options;
    const own = { user, target, name };
    this.#tell({ step: 'asks', ...own, on });
    const answer = await untilAnswered<Ack>(stage, () => this.#handle.react(target, name, on));
    if (answer.state === 'refused') this.#tell({ step: 'refused', ...own, code: answer.code });
    if (answer.state !== 'done') return undefined;
    const { position } = answer.answer;
    this.#tell({ step: 'done', ...own, position, isSure: answer.isSure });
    return offsetOf(position);
  }

  /** Removes a message, and with it all reactions. */
  async remove(target: string): Promise<number | undefined> {
    const { stage, name } = this.#options;
    const idempotencyKey = `${name}/${(this.#count += 1)}`;
    this.#tell({ step: 'removes', target });
    const remove = () => this.#handle.remove(target, { idempotencyKey });
    const removed = await untilAnswered<Ack>(stage, remove);
    if (removed.state !== 'done') return undefined;
    const { position } = removed.answer;
    this.#tell({ step: 'removed', target, position });
    return offsetOf(position);
  }

  /** Has it loaded everything that it would tell? */
  get isSettled(): boolean {
    return !this.#messages.getSnapshot().isLoading;
  }

  /** Writes down what it has at a message, if it has that. */
  tell(target: string): void {
    const { items } = this.#messages.getSnapshot();
    for (const item of items) {
      if (item.state !== 'stored' || item.position !== target) continue;
      const reactions = item.reactions.map(toldOf);
      this.#tell({ step: 'shows', reader: this.name, target, reactions });
    }
  }

  /** Asks who has reacted to a message, and writes that down. Nothing where it was removed. */
  async list(target: string): Promise<void> {
    const { stage } = this.#options;
    const listed = await untilAnswered(stage, () => this.#handle.reactors(target));
    if (listed.state !== 'done') return;
    const { users } = listed.answer;
    const by = users.map(({ user, reactions }) => [user.id, reactions.map(({ name }) => name)]);
    this.#tell({ step: 'lists', target, users: Object.fromEntries(by) });
  }

  get #messages(): RoomMessages<typeof chat> {
    return this.#handle.messages;
  }

  #shown({ type, data, position }: RoomEvent): void {
    const { delivery } = this.#options.stage.subject.kind.events[type] ?? {};
    if (delivery !== 'durable') return;
    this.#seen = offsetOf(position);
    if (type !== 'reacted') return;
    const { target, reactions } = data as { target: string; reactions: readonly Named[] };
    const told = { target, position, reactions: reactions.map(toldOf) };
    this.#tell({ step: 'summary', reader: this.name, ...told });
  }

  #tell(told: ReactingTold): void {
    const { stage, room } = this.#options;
    stage.record({ kind: 'reacting', room, told });
  }
}

interface Named {
  readonly name: string;
  readonly count: number;
  readonly users: readonly { readonly id: string }[];
}

function toldOf({ name, count, users }: Named): Reacted {
  return { name, count, users: users.map(({ id }) => id) };
}
