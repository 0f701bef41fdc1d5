import { getTRPCErrorFromUnknown } from '@trpc/server';
import { errors as table } from '../../../shared/index.ts';
import { directOf } from '../../direct.ts';
import { NOBODY } from './addressee.ts';
import type { CallRequest } from './call.ts';
import { requestsIn, type IncomingHost } from './incoming.ts';
import type { Outbound } from './outbound.ts';
import type { Waiter } from './waiters.ts';
import type { Paced, Pace } from './pace.ts';

/** Who starts what comes in. */
export interface IntakeHost extends IncomingHost {
  readonly outbound: Outbound;
  /** Runs a call. Resolves when it has been answered, or its stream has begun. */
  start(request: CallRequest): Promise<void>;
  close(code: number, reason: string): void;
}

interface Frame {
  readonly message: string | Buffer;
  readonly bytes: number;
}

// Answers of up to 256 KiB each that may be on their way at once, so that they stay below the hard cap.
const LARGE_AT_ONCE = 2;
/** What a call costs of a turn, where a call with a small answer costs 1. */
const LARGE_COST = 16;
const STREAM_COST = 8;

/** What comes in on a connection, taken in its order and no faster than is good for the others: so much in a turn,
 *  and what may have a large answer only while the reader takes what he has (TRN4, TRN6). */
export class Intake implements Waiter, Paced {
  readonly #host: IntakeHost;
  readonly #pace: Pace;
  /** Of the frame that is being taken. */
  #requests: Iterator<CallRequest | undefined> | undefined;
  /** The next, which may not start yet. */
  #held: CallRequest | undefined;
  #frames: Frame[] | undefined;
  #waitingBytes = 0;
  /** Since it last waited for a turn: who asks for little waits once in a while, and costs no timer a turn. */
  #spent = 0;
  #isPaced = false;
  #large = 0;
  #isTaking = false;
  #isWaiting = false;

  constructor(host: IntakeHost, pace: Pace) {
    this.#host = host;
    this.#pace = pace;
  }

  /** Takes a frame of so many bytes, or has it wait behind those that do. */
  take(message: string | Buffer, bytes: number): void {
    if (!this.#requests) {
      this.#requests = requestsIn(this.#host, message, bytes);
      return this.#go();
    }
    this.#waitingBytes += bytes;
    if (this.#waitingBytes > this.#host.limits.earlyBytes) {
      this.forget();
      return this.#host.close(table.TOO_MANY.close, 'too much before it can be taken');
    }
    (this.#frames ??= []).push({ message, bytes });
  }

  /** The connection has closed. */
  forget(): void {
    this.#requests = undefined;
    this.#held = undefined;
    this.#frames = undefined;
    this.#stopWaiting();
  }

  onRoom(): void {
    this.#goOn();
  }

  onTurn(): void {
    this.#isPaced = false;
    this.#spent = 0;
    this.#goOn();
  }

  #goOn(): void {
    this.#stopWaiting();
    if (!this.#isTaking) this.#go();
  }

  #go(): void {
    this.#isTaking = true;
    try {
      while (this.#host.isOpen() && this.#takeOne());
    } finally {
      this.#isTaking = false;
    }
  }

  /** Takes one message. False: no more for now. */
  #takeOne(): boolean {
    if (this.#isTurnOver()) return false;
    const request = this.#held ?? this.#next();
    if (request === NOTHING) return false;
    if (request === undefined) {
      this.#spent += 1;
      return true;
    }
    const cost = this.#costOf(request);
    if (cost > 1 && !this.#mayStart(cost)) {
      this.#held = request;
      return false;
    }
    this.#held = undefined;
    this.#spent += cost;
    this.#start(request, cost);
    return true;
  }

  /** The next request, undefined for what was dealt with otherwise. */
  #next(): CallRequest | undefined | typeof NOTHING {
    try {
      for (;;) {
        const step = this.#requests?.next();
        if (step && !step.done) return step.value;
        const frame = this.#frames?.shift();
        this.#requests = frame && requestsIn(this.#host, frame.message, frame.bytes);
        if (!frame) return NOTHING;
        this.#waitingBytes -= frame.bytes;
      }
    } catch (cause) {
      // TRN5: whatever is in a frame, it does not end the process.
      this.#host.refuse([NOBODY], getTRPCErrorFromUnknown(cause), true);
      return undefined;
    }
  }

  #costOf({ path, type }: CallRequest): number {
    const direct = directOf(this.#host.router, path, type);
    if (!direct) return 1;
    if (type === 'subscription') return STREAM_COST;
    return direct.isLarge ? LARGE_COST : 1;
  }

  #mayStart(cost: number): boolean {
    if (this.#host.outbound.isFull) {
      this.#isWaiting = true;
      this.#host.outbound.wait(this);
      return false;
    }
    return cost < LARGE_COST || this.#large < LARGE_AT_ONCE;
  }

  #start(request: CallRequest, cost: number): void {
    const started = this.#host.start(request);
    if (cost < LARGE_COST) return;
    this.#large += 1;
    void started.finally(() => {
      this.#large -= 1;
      if (this.#held) this.#goOn();
    });
  }

  #isTurnOver(): boolean {
    if (this.#spent < this.#host.limits.callsPerFrame) return false;
    if (!this.#isPaced) this.#pace.later(this);
    this.#isPaced = true;
    return true;
  }

  #stopWaiting(): void {
    if (!this.#isWaiting) return;
    this.#isWaiting = false;
    this.#host.outbound.waitNoMore(this);
  }
}

const NOTHING = Symbol('nothing');
