import { transformTRPCResponse, type AnyTRPCRouter } from '@trpc/server';
import type { TRPCErrorShape, TRPCResponseMessage } from '@trpc/server/rpc';
import type { PushItem } from '../../push.ts';
import { jsonEncoder, type Encoder } from './encoder.ts';
import { frameBytes } from './frame-bytes.ts';

/** The id of a request, as its client gave it. */
export type RequestId = number | string | null;

/** To whom a reply goes. */
export interface Addressee {
  readonly id: RequestId;
  readonly jsonrpc: '2.0' | undefined;
}

interface Encoded {
  /** The reply without its beginning, where the reply is JSON. */
  readonly tail: string | undefined;
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
  itemFrame(item: PushItem, to: Addressee): Buffer {
    let encoded = this.#encoded.get(item);
    if (!encoded) {
      encoded = { tail: this.#tailOf(item), frames: new Map() };
      this.#encoded.set(item, encoded);
    }
    const key = beginningFor(to);
    let frame = encoded.frames.get(key);
    if (!frame) {
      frame = frameBytes(encoded.tail === undefined ? this.item(item, to) : key + encoded.tail);
      encoded.frames.set(key, frame);
    }
    return frame;
  }

  /** A tracked item's data reply, as a message. */
  item({ id, data }: PushItem, to: Addressee): string | Uint8Array {
    return this.reply({ ...to, result: { type: 'data', data: { id, data }, id } });
  }

  #tailOf({ id, data }: PushItem): string | undefined {
    if (this.#encoder !== jsonEncoder) return undefined;
    const serialized: unknown = this.#config.transformer.output.serialize({ id, data });
    const text = JSON.stringify(serialized);
    return `"result":{"type":"data","data":${text},"id":${JSON.stringify(id)}}}`;
  }
}

/** How a JSON reply to a request begins. */
function beginningFor({ id, jsonrpc }: Addressee): string {
  const version = jsonrpc === undefined ? '' : `"jsonrpc":"${jsonrpc}",`;
  return `{"id":${JSON.stringify(id)},${version}`;
}

/** What a client gets when its error cannot be shaped or encoded: it says nothing of the cause. */
export const fallbackError: TRPCErrorShape = {
  code: -32603,
  message: 'Internal server error',
  data: { code: 'INTERNAL_SERVER_ERROR', httpStatus: 500 },
};
