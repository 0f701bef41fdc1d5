import { transformTRPCResponse, type AnyTRPCRouter } from '@trpc/server';
import type { TRPCErrorShape, TRPCResponseMessage } from '@trpc/server/rpc';
import type { PushItem } from '../../push.ts';
import type { Addressee } from './addressee.ts';
import { Chain } from './chain.ts';
import { jsonEncoder, type Encoder } from './encoder.ts';
import type { Flushable, FlushQueue } from './flush-queue.ts';
import { frameBytes } from './frame-bytes.ts';
import { ItemFrames } from './item-frames.ts';
import type { Subscribers } from './subscribers.ts';

/** Makes replies. An item that many get is serialised once (TRN2). Nothing of it is kept beyond the turn of the
 *  event loop. */
export class Envelopes implements Flushable {
  readonly #config: AnyTRPCRouter['_def']['_config'];
  readonly #encoder: Encoder;
  readonly #queue: FlushQueue;
  /** Those of the item that was last sent. */
  #last: ItemFrames | undefined;
  /** Of all items of this turn: a replay sends many to one reader before it sends them to the next. */
  #known: Map<PushItem, ItemFrames> | undefined;
  #start = new Chain();

  constructor(router: AnyTRPCRouter, encoder: Encoder, queue: FlushQueue) {
    this.#config = router._def._config;
    this.#encoder = encoder;
    this.#queue = queue;
  }

  /** What a reader has got who got nothing in this turn. */
  get start(): Chain {
    return this.#start;
  }

  /** Those who get items. */
  get subscribers(): Subscribers {
    return this.#queue.subscribers;
  }

  /** Forgets what was sent. */
  flush(): void {
    this.#last = undefined;
    this.#known = undefined;
    this.#start = new Chain();
  }

  /** A tracked item's data replies, as bytes of whole frames. */
  framesOf(item: PushItem): ItemFrames {
    if (this.#last?.item === item) return this.#last;
    let frames = this.#known?.get(item);
    if (!frames) {
      if (!this.#known) this.#queue.add(this);
      frames = new ItemFrames(item, this.#tailOf(item), (to) =>
        frameBytes(this.item(item, this.subscribers.addressee(to))),
      );
      this.#known ??= new Map();
      this.#known.set(item, frames);
    }
    this.#last = frames;
    return frames;
  }

  /** A reply as the encoder makes it. */
  reply(message: TRPCResponseMessage): string | Uint8Array {
    return this.#encoder.encode(this.#transformed(message));
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
