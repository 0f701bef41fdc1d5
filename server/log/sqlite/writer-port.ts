import { Worker } from 'node:worker_threads';
import { RoomError } from '../../../shared/index.ts';
import { StartError } from '../../start-error.ts';
import { BatchMemory } from './batch-memory.ts';
import { Bell } from './bell.ts';
import type { WriterOptions, WriterReply, WriterRequest, WriterStart } from './writer-messages.ts';

type Opened = Extract<WriterReply, { type: 'opened' }>;

interface Pending {
  readonly resolve: (reply: WriterReply) => void;
  readonly reject: (error: unknown) => void;
}

/** The event loop's end of the writer's thread: one request at a time, one promise for each. A batch goes through memory
 *  that both have, and so do its answers; all else, and what finds no room there, through the worker's port. */
export class WriterPort {
  readonly #worker: Worker;
  readonly #batch = new BatchMemory();
  readonly #asked = new Bell();
  readonly #answered = new Bell();
  #isListening = false;
  #pending: Pending | undefined;
  #failure: string | undefined;

  private constructor(file: URL, options: WriterOptions) {
    const bells = { asked: this.#asked.memory, answered: this.#answered.memory };
    const workerData: WriterStart = { ...options, batch: this.#batch.memory, bells };
    const worker = new Worker(file, { workerData });
    this.#worker = worker;
    worker.on('message', (reply: WriterReply) => this.#settle(reply));
    worker.on('error', (error: Error) => this.#fail(`the writer died: ${error.message}`));
    worker.on('exit', () => this.#fail('the writer has ended'));
  }

  /** Starts the thread and waits until the database is open. @throws StartError */
  static async open(options: WriterOptions): Promise<Opened & { port: WriterPort }> {
    // Run from source the thread's file is TypeScript, run from the package it is JavaScript.
    const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
    const file = new URL(`./writer-thread.${extension}`, import.meta.url);
    const { port, first } = await WriterPort.#start(file, options);
    if (first.type === 'opened') return { ...first, port };
    if (first.type === 'refused') throw new StartError(first.message, { advice: first.advice });
    throw new Error(`writer-port: ${first.type} came before the database was open`);
  }

  /** @throws StartError when the thread does not come to its first word: whatever it lacks, nobody has sent anything */
  static async #start(file: URL, options: WriterOptions) {
    try {
      const port = new WriterPort(file, options);
      return { port, first: await port.#reply() };
    } catch (error) {
      const cause = error instanceof RoomError ? error.cause : error;
      const detail = cause instanceof Error ? cause.message : String(cause);
      throw new StartError(`cannot start the thread that writes the log: ${detail}`, {
        advice: 'Check how many files this process may open (ulimit -n), threads and memory.',
        cause,
      });
    }
  }

  /** Undefined while the writer lives, otherwise why it does not. */
  get failure(): string | undefined {
    return this.#failure;
  }

  /** @throws RoomError LOG_UNAVAILABLE when the request fails or the writer is gone. */
  async ask<T extends WriterReply['type']>(
    request: WriterRequest,
    expected: T,
  ): Promise<Extract<WriterReply, { type: T }>> {
    if (this.#failure !== undefined) throw unavailable(this.#failure);
    if (this.#pending) throw new Error('writer-port: one request at a time');
    const answer = this.#reply();
    this.#listen();
    const isThere = request.type === 'append' && this.#batch.putEntries(request.entries);
    if (!isThere) this.#worker.postMessage(request);
    this.#asked.ring();
    const reply = await answer;
    if (reply.type === 'failed') throw unavailable(reply.message);
    if (reply.type !== expected) throw new Error(`writer-port: ${reply.type} is no ${expected}`);
    // The reply's type is `expected`, as just compared.
    return reply as Extract<WriterReply, { type: T }>;
  }

  async close(): Promise<void> {
    if (this.#failure === undefined) await this.ask({ type: 'close' }, 'closed');
    await this.#worker.terminate();
  }

  /** Before anything is asked: only what was asked is answered. An answer that comes through the port leaves it listening. */
  #listen(): void {
    if (this.#isListening) return;
    this.#isListening = true;
    void this.#answered.next().then(() => {
      this.#isListening = false;
      if (this.#failure === undefined) this.#settle(this.#batch.takeAppended());
    });
  }

  #reply(): Promise<WriterReply> {
    return new Promise((resolve, reject) => {
      this.#pending = { resolve, reject };
    });
  }

  #settle(reply: WriterReply): void {
    const pending = this.#pending;
    this.#pending = undefined;
    pending?.resolve(reply);
  }

  #fail(failure: string): void {
    this.#failure ??= failure;
    // Whoever waits for a ring that never comes is kept for ever.
    this.#answered.ring();
    const pending = this.#pending;
    this.#pending = undefined;
    pending?.reject(unavailable(failure));
  }
}

/** The error of a request that the writer could not do, with what it says of that. */
export function unavailable(detail: string): RoomError {
  return new RoomError('LOG_UNAVAILABLE', undefined, { cause: new Error(detail) });
}
