import { toRoomError } from '../../client/index.ts';
import type { Ack, RoomError } from '../../shared/index.ts';
import { valueOf, type Stage } from './stage.ts';

/** What a writer publishes through: a room handle, whichever is there at that moment. */
export type Publish = (type: string, data: unknown, idempotencyKey: string) => Promise<Ack>;

/** Who a writer is. Nobody else has his name in that room. */
export interface WriterOptions {
  readonly stage: Stage;
  readonly name: string;
  readonly client: string;
  readonly user: string;
  readonly room: string;
  readonly publish: Publish;
}

const RETRY_MS = [20, 400] as const;

/** Publishes one event after the other and gives none up before its fate is known: without an answer
 *  the same key goes out again (SND1). */
export class Writer {
  readonly #options: WriterOptions;
  #count = 0;
  #passed = 0;
  #lastAcked: { key: string; data: unknown } | undefined;
  #queue: Promise<void> = Promise.resolve();
  #queued = 0;

  constructor(options: WriterOptions) {
    this.#options = options;
  }

  /** Has everything an answer, or been given up? */
  get isIdle(): boolean {
    return this.#queued === 0;
  }

  /** Publishes something new, when its turn has come. */
  send(): Promise<void> {
    return this.#enqueue(() => this.#sendNext());
  }

  /** Publishes what was acknowledged last once more: the first ack has to come again. */
  repeat(): Promise<void> {
    return this.#enqueue(async () => {
      const last = this.#lastAcked;
      if (!last) return;
      const ack = await this.#try(last.key, last.data, false);
      if ('position' in ack) this.#acked(last.key, ack);
    });
  }

  /** Publishes other data under a key that was acknowledged: it has to be refused. */
  clash(): Promise<void> {
    return this.#enqueue(async () => {
      const { stage, client, room } = this.#options;
      const last = this.#lastAcked;
      if (!last) return;
      const answer = await this.#try(last.key, stage.subject.data('something else'), false);
      if ('code' in answer && answer.retryable) return;
      const what = 'code' in answer ? { code: answer.code } : { position: answer.position };
      stage.record({ kind: 'clashed', client, room, key: last.key, ...what });
    });
  }

  /** Publishes an event that no log keeps, and does not care what becomes of it. */
  pass(type: string): void {
    const { stage, name, client, room, publish } = this.#options;
    const key = `${name}.live/${(this.#passed += 1)}`;
    stage.record({ kind: 'passed', client, room, key });
    publish(type, stage.subject.data(key), key).catch(() => {});
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
    const answer = await this.#try(key, data, true);
    if ('position' in answer) {
      this.#acked(key, answer);
      this.#lastAcked = { key, data };
      return;
    }
    const kind = answer.retryable ? 'abandoned' : 'refused';
    stage.record({ kind, client, room, key, code: answer.code });
  }

  #acked(key: string, { position, at, duplicate }: Ack): void {
    const { stage, client, room } = this.#options;
    stage.record({ kind: 'acked', client, room, key, position, stamp: at.getTime(), duplicate });
  }

  /** Tries until there is an answer: an ack, or a refusal that stays. */
  async #try(key: string, data: unknown, isNew: boolean): Promise<Ack | RoomError> {
    const { stage, client, room, publish } = this.#options;
    for (;;) {
      try {
        return await publish(stage.subject.type, data, key);
      } catch (error) {
        const { code, retryable } = toRoomError(error);
        if (!retryable && code !== 'TOKEN_EXPIRED') return toRoomError(error);
        if (stage.isOver()) return toRoomError(error);
        if (isNew) stage.record({ kind: 'retried', client, room, key, code });
        await stage.sleep(stage.random.between(...RETRY_MS));
      }
    }
  }
}
