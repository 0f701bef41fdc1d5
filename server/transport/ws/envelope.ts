import { transformTRPCResponse, type AnyTRPCRouter } from '@trpc/server';
import type { TRPCErrorShape, TRPCResponseMessage } from '@trpc/server/rpc';
import type { PushItem } from '../../push.ts';
import { jsonEncoder, type Encoder } from './encoder.ts';
import type { Flushable, FlushQueue } from './flush-queue.ts';
import { frameBytes, joinedFrame } from './frame-bytes.ts';

/** The id of a request, as its client gave it. */
export type RequestId = number | string | null;

/** To whom a reply goes. */
export interface Addressee {
  readonly id: RequestId;
  readonly jsonrpc: '2.0' | undefined;
}

/** Stands for whoever has not said, or not readably, which request it was. */
export const NOBODY: Addressee = { id: null, jsonrpc: undefined };

/** All subscribers who get the same bytes: those with the same request id, over all connections. */
export interface Subscriber extends Addressee {
  /** How a JSON reply to them begins. */
  readonly beginning: Buffer;
  /** How many there are. */
  count: number;
  /** The item of this turn that a frame was last made of, and that frame. */
  item: PushItem | undefined;
  frame: Buffer | undefined;
}

/** What was made of an item in this turn. */
interface Made {
  /** The part of its frames that all of them share. Unset: the encoder's messages have none. */
  readonly tail: Buffer | undefined;
  /** Its frames, once it is known to be sent to one reader after the other. */
  frames: Map<Subscriber, Buffer> | undefined;
}

const NOTHING_MADE: Made = { tail: undefined, frames: undefined };

/** Makes replies. An item that many get is serialised once, and its frame is made once per request id
 *  (TRN2). Nothing of it is kept beyond the turn of the event loop. */
export class Envelopes implements Flushable {
  readonly #config: AnyTRPCRouter['_def']['_config'];
  readonly #encoder: Encoder;
  readonly #queue: FlushQueue;
  /** By how a reply to them begins. */
  readonly #subscribers = new Map<string, Subscriber>();
  /** Those who hold a frame of this turn. */
  #holders: Subscriber[] = [];
  /** The item that was last sent. */
  #item: PushItem | undefined;
  #made: Made = NOTHING_MADE;
  /** What was made of the items of this turn: a replay sends many to one reader before it sends them to
   *  the next. */
  readonly #known = new Map<PushItem, Made>();

  constructor(router: AnyTRPCRouter, encoder: Encoder, queue: FlushQueue) {
    this.#config = router._def._config;
    this.#encoder = encoder;
    this.#queue = queue;
  }

  /** Counts one more subscriber in. Give him back with `leave`. */
  join({ id, jsonrpc }: Addressee): Subscriber {
    const version = jsonrpc === undefined ? '' : `"jsonrpc":"${jsonrpc}",`;
    const text = `{"id":${JSON.stringify(id)},${version}`;
    let subscriber = this.#subscribers.get(text);
    if (!subscriber) {
      const beginning = Buffer.from(text);
      subscriber = { id, jsonrpc, beginning, count: 0, item: undefined, frame: undefined };
      this.#subscribers.set(text, subscriber);
    }
    subscriber.count += 1;
    return subscriber;
  }

  leave(subscriber: Subscriber): void {
    subscriber.count -= 1;
    if (subscriber.count === 0) this.#subscribers.delete(subscriber.beginning.toString());
  }

  /** Forgets what was sent. */
  flush(): void {
    for (const holder of this.#holders) {
      holder.item = undefined;
      holder.frame = undefined;
    }
    this.#holders = [];
    this.#item = undefined;
    this.#made = NOTHING_MADE;
    this.#known.clear();
  }

  /** A reply as the encoder makes it. */
  reply(message: TRPCResponseMessage): string | Uint8Array {
    return this.#encoder.encode(this.#transformed(message));
  }

  /** A tracked item's data reply, as bytes of a whole frame. */
  itemFrame(item: PushItem, to: Subscriber): Buffer {
    if (to.item === item && to.frame) return to.frame;
    if (this.#item !== item) this.#turnTo(item);
    const { tail, frames } = this.#made;
    let frame = frames?.get(to);
    if (!frame) {
      frame = tail ? joinedFrame(to.beginning, tail) : frameBytes(this.item(item, to));
      frames?.set(to, frame);
    }
    if (!to.item && this.#holders.push(to) === 1) this.#queue.add(this);
    to.item = item;
    to.frame = frame;
    return frame;
  }

  #turnTo(item: PushItem): void {
    this.#item = item;
    const known = this.#known.get(item);
    // One that comes again is replayed to many: from now on they share its frames too.
    if (known) known.frames ??= new Map();
    this.#made = known ?? { tail: this.#tailOf(item), frames: undefined };
    if (!known) this.#known.set(item, this.#made);
  }

  /** A tracked item's data reply, as a message. */
  item({ id, data }: PushItem, to: Addressee): string | Uint8Array {
    const result = { type: 'data', data: { id, data }, id } as const;
    return this.reply({ id: to.id, jsonrpc: to.jsonrpc, result });
  }

  /** What tRPC's `transformTRPCResponse` makes, which copies a reply four times to do so. */
  #transformed(message: TRPCResponseMessage): unknown {
    if ('error' in message) return transformTRPCResponse(this.#config, message);
    const { id, jsonrpc, result } = message;
    if (!('data' in result)) return message;
    const data: unknown = this.#config.transformer.output.serialize(result.data);
    return { id, jsonrpc, result: { ...result, data } };
  }

  #tailOf({ id, data }: PushItem): Buffer | undefined {
    if (this.#encoder !== jsonEncoder) return undefined;
    const serialized: unknown = this.#config.transformer.output.serialize({ id, data });
    const text = JSON.stringify(serialized);
    return Buffer.from(`"result":{"type":"data","data":${text},"id":${JSON.stringify(id)}}}`);
  }
}

/** What a client gets when its error cannot be shaped or encoded: it says nothing of the cause. */
export const fallbackError: TRPCErrorShape = {
  code: -32603,
  message: 'Internal server error',
  data: { code: 'INTERNAL_SERVER_ERROR', httpStatus: 500 },
};
