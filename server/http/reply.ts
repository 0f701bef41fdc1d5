import type { IncomingMessage, ServerResponse } from 'node:http';
import { errors, limits, RoomError, type ErrorCode } from '../../shared/index.ts';
import { httpErrors, type HttpErrorCode } from './http-errors.ts';

/** Sends JSON. */
export function sendJson(res: ServerResponse, status: number, body: unknown): void {
  sendJsonText(res, status, JSON.stringify(body));
}

/** Sends text that is JSON. */
export function sendJsonText(res: ServerResponse, status: number, text: string): void {
  res.writeHead(status, {
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(text),
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  });
  res.end(text);
}

/** Sends text. */
export function sendText(res: ServerResponse, contentType: string, text: string): void {
  res.writeHead(200, {
    'content-type': contentType,
    'content-length': Buffer.byteLength(text),
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  });
  res.end(text);
}

/** Sends an error as problem details (RFC 9457), with the row of our table that says what to do. */
export function sendProblem(
  res: ServerResponse,
  code: ErrorCode | HttpErrorCode,
  detail: string,
  more: Readonly<Record<string, unknown>> = {},
): void {
  const { http, retryable, advice } = rowOf(code);
  const type = `/docs/errors#${code}`;
  const text = JSON.stringify({
    type,
    title: code,
    status: http,
    detail,
    reason: code,
    retryable,
    advice,
    ...more,
  });
  res.writeHead(http, {
    'content-type': 'application/problem+json',
    'content-length': Buffer.byteLength(text),
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  });
  res.end(text);
}

function rowOf(code: ErrorCode | HttpErrorCode) {
  return code in errors ? errors[code as ErrorCode] : httpErrors[code as HttpErrorCode];
}

/** Reads a JSON body; `empty` stands for one that is not there. @throws RoomError BAD_INPUT, TOO_LARGE */
export async function readJson(req: IncomingMessage, empty?: unknown): Promise<unknown> {
  const body = await readBody(req);
  if (body.length === 0 && empty !== undefined) return empty;
  try {
    return JSON.parse(body.toString('utf8'));
  } catch (error) {
    throw new RoomError('BAD_INPUT', 'the body is not JSON', { cause: error });
  }
}

const TOO_LARGE = `a body has ${limits.messageBytes.toLocaleString('en')} bytes at most`;

async function readBody(req: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    // Whoever sends too much is answered before he is cut.
    const parts = req.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>;
    for await (const chunk of parts) {
      bytes += chunk.length;
      if (bytes > limits.messageBytes) throw new RoomError('TOO_LARGE', TOO_LARGE);
      chunks.push(chunk);
    }
  } catch (error) {
    if (error instanceof RoomError) throw error;
    // Whoever cuts his own request is owed no answer, and it is no fault of ours.
    throw new RoomError('BAD_INPUT', 'the body was cut off', { cause: error });
  }
  return Buffer.concat(chunks);
}
