import { transformTRPCResponse, type AnyTRPCRouter } from '@trpc/server';
import type { TRPCErrorShape, TRPCResponseMessage } from '@trpc/server/rpc';
import type { PushItem } from '../../push.ts';
import { jsonEncoder, type Encoder } from './encoder.ts';
import { frameBytes, joinedFrame } from './frame-bytes.ts';

/** The id of a request, as its client gave it. */
export type RequestId = number | string | null;

/** To whom a reply goes. */
export interface Addressee {
  readonly id: RequestId;
  readonly jsonrpc: '2.0' | undefined;
}

/** A subscriber, with the beginning of every JSON reply to him made once. */
export interface Subscriber extends Addressee {
  readonly beginning: string;
}

interface Encoded {
  /** The reply without its beginning, where the reply is JSON. */
  readonly tail: Buffer | undefined;
  readonly frames: Map<string, Buffer>;
}

/** Makes replies. An item that many get is serialised once, and its bytes are made once per request
 *  id (TRN2). */
export class Envelopes {
  readonly #config: AnyTRPCRouter['_def']['_config'];
  readonly #encoder: Encoder;
  readonly #encoded = new WeakMap<PushItem, Encoded>();

  constructor(router: AnyTRPCRouter, encoder: Encoder) {
    this.#config = router._def._config;
    this.#encoder = encoder;
  }

  /** A reply as the encoder makes it. */
  reply(message: TRPCResponseMessage): string | Uint8Array {
    return this.#encoder.encode(transformTRPCResponse(this.#config, message));
  }

  /** A tracked item's data reply, as bytes of a whole frame. */
  itemFrame(item: PushItem, to: Subscriber): Buffer {
    let encoded = this.#encoded.get(item);
    if (!encoded) {
      encoded = { tail: this.#tailOf(item), frames: new Map() };
      this.#encoded.set(item, encoded);
    }
    let frame = encoded.frames.get(to.beginning);
    if (!frame) {
      frame = encoded.tail
        ? joinedFrame(to.beginning, encoded.tail)
        : frameBytes(this.item(item, to));
      encoded.frames.set(to.beginning, frame);
    }
    return frame;
  }

  /** A tracked item's data reply, as a message. */
  item({ id, data }: PushItem, to: Addressee): string | Uint8Array {
    const result = { type: 'data', data: { id, data }, id } as const;
    return this.reply({ id: to.id, jsonrpc: to.jsonrpc, result });
  }

  #tailOf({ id, data }: PushItem): Buffer | undefined {
    if (this.#encoder !== jsonEncoder) return undefined;
    const serialized: unknown = this.#config.transformer.output.serialize({ id, data });
    const text = JSON.stringify(serialized);
    return Buffer.from(`"result":{"type":"data","data":${text},"id":${JSON.stringify(id)}}}`);
  }
}

/** Whoever subscribed with a request. */
export function subscriber({ id, jsonrpc }: Addressee): Subscriber {
  const version = jsonrpc === undefined ? '' : `"jsonrpc":"${jsonrpc}",`;
  return { id, jsonrpc, beginning: `{"id":${JSON.stringify(id)},${version}` };
}

/** What a client gets when its error cannot be shaped or encoded: it says nothing of the cause. */
export const fallbackError: TRPCErrorShape = {
  code: -32603,
  message: 'Internal server error',
  data: { code: 'INTERNAL_SERVER_ERROR', httpStatus: 500 },
};
