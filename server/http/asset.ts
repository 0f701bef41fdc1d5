import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';

/** Something that is the same for everybody until the server starts anew. */
export interface Asset {
  readonly contentType: string;
  readonly text: string;
  /** Headers beside those that every asset has, or in place of them. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** Sends assets by path: tagged, so that a browser asks again without getting it again, and compressed for whoever
 *  takes that. */
export type SendAsset = (req: IncomingMessage, res: ServerResponse, asset: Asset) => void;

/** What was made of an asset, once. */
interface Prepared {
  readonly plain: Buffer;
  readonly gzip: Buffer;
  readonly tag: string;
}

// `gzip;q=0` says that it is not taken.
const GZIP = /\bgzip\b(?!\s*;\s*q=0(?:\.0*)?\s*(?:,|$))/;

/** Makes what sends assets. Each is compressed when it is first asked for. */
export function createAssetSender(): SendAsset {
  const known = new WeakMap<Asset, Prepared>();
  return (req, res, asset) => {
    const { plain, gzip, tag } = known.get(asset) ?? prepare(asset, known);
    const isGzip = GZIP.test(req.headers['accept-encoding']?.toString() ?? '');
    const body = isGzip ? gzip : plain;
    const headers = {
      etag: isGzip ? `"${tag}-gzip"` : `"${tag}"`,
      vary: 'Origin, Accept-Encoding',
      'cache-control': 'no-cache',
      'x-content-type-options': 'nosniff',
      ...asset.headers,
    };
    if (req.headers['if-none-match'] === headers.etag)
      return void res.writeHead(304, headers).end();
    res.writeHead(200, {
      ...headers,
      'content-type': asset.contentType,
      'content-length': body.length,
      ...(isGzip && { 'content-encoding': 'gzip' }),
    });
    res.end(body);
  };
}

function prepare(asset: Asset, known: WeakMap<Asset, Prepared>): Prepared {
  const plain = Buffer.from(asset.text);
  const tag = createHash('sha256').update(plain).digest('base64url').slice(0, 16);
  const prepared = { plain, gzip: gzipSync(plain), tag };
  known.set(asset, prepared);
  return prepared;
}
