import { toRoomError } from '../../client/index.ts';
import type { Ack, RoomError } from '../../shared/index.ts';
import { Shelf } from './shelf.ts';
import { offsetOf, valueOf, type Stage } from './stage.ts';

/** What a writer publishes through: a room handle, whichever is there at that moment. */
export type Publish = (
  type: string,
  data: unknown,
  how: { readonly idempotencyKey: string; readonly replyTo?: string },
) => Promise<Ack>;

/** What a writer changes his messages through. */
export interface ChangeCalls {
  edit(target: string, data: unknown, idempotencyKey: string): Promise<Ack>;
  remove(target: string, idempotencyKey: string): Promise<Ack>;
}

/** Who a writer is. Nobody else has his name in that room. */
export interface WriterOptions {
  readonly stage: Stage;
  readonly name: string;
  readonly client: string;
  readonly user: string;
  readonly room: string;
  readonly publish: Publish;
  readonly change: ChangeCalls;
  /** Of all writers who change the same messages. Unset: he is alone. */
  readonly shelf?: Shelf;
}

const RETRY_MS = [20, 400] as const;
// What is to be changed or answered is trimmed, of an epoch that is over, or removed.
const GONE = ['NO_SUCH_EVENT', 'STALE_POSITION', 'EVENT_REMOVED'];

/** Publishes one event after the other and gives none up before its fate is known: without an answer
 *  the same key goes out again (SND1). */
export class Writer {
  readonly #options: WriterOptions;
  #count = 0;
  #passed = 0;
  readonly #shelf: Shelf;
  #lastReply: { key: string; data: unknown; replyTo: string } | undefined;
  #lastAcked: { key: string; data: unknown } | undefined;
  #queue: Promise<void> = Promise.resolve();
  #queued = 0;
  /** What has no answer yet. */
  #asking: string | undefined;

  constructor(options: WriterOptions) {
    this.#options = options;
    this.#shelf = options.shelf ?? new Shelf();
  }

  /** Has everything an answer, or been given up? */
  get isIdle(): boolean {
    return this.#queued === 0;
  }

  /** Publishes something new, when its turn has come. */
  send(): Promise<void> {
    return this.#enqueue(() => this.#sendNext());
  }

  /** Gives one of his messages other data, or takes it back. */
  change(how: 'edit' | 'remove'): Promise<void> {
    return this.#enqueue(() => this.#changeOne(how, this.#shelf.kept));
  }

  /** Takes back what was edited or answered last: that may be under way still. */
  retract(): Promise<void> {
    return this.#enqueue(() => this.#changeOne('remove', this.#shelf.touched));
  }

  /** Gives one that he has removed other data: nothing of it may come back. */
  haunt(): Promise<void> {
    return this.#enqueue(async () => {
      const shelf = this.#shelf;
      if (shelf.removed.length === 0) await this.#changeOne('remove', shelf.kept);
      await this.#changeOne('edit', shelf.removed);
    });
  }

  /** Answers one of his messages, be it removed or not. */
  reply(): Promise<void> {
    return this.#enqueue(() => this.#replyToOne());
  }

  /** Gives his last answer once more, whatever has become of what it answers; a first one where there is none. */
  replyAgain(): Promise<void> {
    return this.#enqueue(async () => {
      if (!this.#lastReply) return this.#replyToOne();
      const { key, data, replyTo } = this.#lastReply;
      this.#answered(key, await this.#publish(key, data, false, replyTo));
    });
  }

  /** Publishes what was acknowledged last once more: the first ack has to come again. */
  repeat(): Promise<void> {
    return this.#enqueue(async () => {
      const last = this.#lastAcked;
      if (!last) return;
      const ack = await this.#publish(last.key, last.data, false);
      if ('position' in ack) this.#acked(last.key, ack);
    });
  }

  /** Publishes other data under a key that was acknowledged: it has to be refused. */
  clash(): Promise<void> {
    return this.#enqueue(async () => {
      const { stage, client, room } = this.#options;
      const last = this.#lastAcked;
      if (!last) return;
      const answer = await this.#publish(last.key, stage.subject.data('something else'), false);
      if ('code' in answer && answer.retryable) return;
      const what = 'code' in answer ? { code: answer.code } : { position: answer.position };
      stage.record({ kind: 'clashed', client, room, key: last.key, ...what });
    });
  }

  /** Publishes an event that no log keeps. Resolves with what it says where that was acknowledged. */
  async pass(type: string): Promise<string | undefined> {
    const { stage, name, client, room, publish } = this.#options;
    const key = `${name}.live/${(this.#passed += 1)}`;
    stage.record({ kind: 'passed', client, room, key });
    const data = stage.subject.data(key);
    try {
      await publish(type, data, { idempotencyKey: key });
      return valueOf(type, data);
    } catch {
      return undefined;
    }
  }

  /** Nobody waits any longer for what has no answer. `why`: as far as is known. */
  giveUp(why: string): void {
    const { stage, client, room } = this.#options;
    const key = this.#asking;
    if (key !== undefined) stage.record({ kind: 'abandoned', client, room, key, code: why });
  }

  #enqueue(work: () => Promise<void>): Promise<void> {
    this.#queued += 1;
    this.#queue = this.#queue.then(work).finally(() => {
      this.#queued -= 1;
    });
    return this.#queue;
  }

  async #sendNext(): Promise<void> {
    const { stage, name, client, user, room } = this.#options;
    const key = `${name}/${(this.#count += 1)}`;
    const data = stage.subject.data(key);
    const value = valueOf(stage.subject.type, data);
    stage.record({ kind: 'sent', client, room, key, by: user, value });
    const answer = await this.#publish(key, data, true);
    if ('position' in answer) {
      this.#acked(key, answer);
      this.#lastAcked = { key, data };
      this.#shelf.add(answer.position);
      return;
    }
    this.#notAcked(key, answer);
  }

  async #replyToOne(): Promise<void> {
    const { stage, name, client, user, room } = this.#options;
    const known = [...this.#shelf.kept, ...this.#shelf.removed];
    if (known.length === 0) return;
    const replyTo = stage.random.pick(known);
    this.#shelf.touch(replyTo);
    const key = `${name}/${(this.#count += 1)}`;
    const data = stage.subject.data(key);
    const sent = { kind: 'sent', client, room, key, by: user, replyTo: offsetOf(replyTo) } as const;
    stage.record({ ...sent, value: valueOf(stage.subject.type, data) });
    const answer = await this.#publish(key, data, true, replyTo);
    this.#answered(key, answer);
    if (!('position' in answer)) return;
    this.#shelf.add(answer.position);
    this.#lastReply = { key, data, replyTo };
  }

  async #changeOne(how: 'edit' | 'remove', of: readonly string[]): Promise<void> {
    const { stage, name, client, user, room, change } = this.#options;
    if (of.length === 0) return;
    const target = stage.random.pick(of);
    if (how === 'remove') this.#shelf.remove(target);
    else this.#shelf.touch(target);
    const key = `${name}/${(this.#count += 1)}`;
    const { type } = stage.subject;
    const data = stage.subject.data(key);
    const edited = { target, of: type, data };
    const sent = { kind: 'sent', client, room, key, by: user } as const;
    if (how === 'edit') {
      const becomes = valueOf(type, data);
      stage.record({ ...sent, value: valueOf('edited', edited), change: { target, becomes } });
    } else stage.record({ ...sent, value: valueOf('removed', { target }), change: { target } });
    const ask = () =>
      how === 'edit' ? change.edit(target, data, key) : change.remove(target, key);
    this.#answered(key, await this.#try(key, ask, true));
  }

  /** Of what is about another event, which may be gone. */
  #answered(key: string, answer: Ack | RoomError): void {
    const { stage, client, room } = this.#options;
    if ('position' in answer) return this.#acked(key, answer);
    if (!GONE.includes(answer.code)) return this.#notAcked(key, answer);
    stage.record({ kind: 'declined', client, room, key, code: answer.code });
  }

  #notAcked(key: string, { code, retryable }: RoomError): void {
    const { stage, client, room } = this.#options;
    stage.record({ kind: retryable ? 'abandoned' : 'refused', client, room, key, code });
  }

  #publish(key: string, data: unknown, isNew: boolean, replyTo?: string): Promise<Ack | RoomError> {
    const { stage, publish } = this.#options;
    const how = { idempotencyKey: key, ...(replyTo === undefined ? {} : { replyTo }) };
    return this.#try(key, () => publish(stage.subject.type, data, how), isNew);
  }

  #acked(key: string, { position, at, duplicate }: Ack): void {
    const { stage, client, room } = this.#options;
    stage.record({ kind: 'acked', client, room, key, position, stamp: at.getTime(), duplicate });
  }

  /** Tries until there is an answer: an ack, or a refusal that stays. */
  async #try(key: string, ask: () => Promise<Ack>, isNew: boolean): Promise<Ack | RoomError> {
    const { stage, client, room } = this.#options;
    for (;;) {
      this.#asking = key;
      try {
        return await ask();
      } catch (error) {
        const { code, retryable } = toRoomError(error);
        if (!retryable && code !== 'TOKEN_EXPIRED') return toRoomError(error);
        if (stage.isOver()) return toRoomError(error);
        if (isNew) stage.record({ kind: 'retried', client, room, key, code });
        await stage.sleep(stage.random.between(...RETRY_MS));
      } finally {
        this.#asking = undefined;
      }
    }
  }
}
