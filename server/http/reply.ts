import type { IncomingMessage, ServerResponse } from 'node:http';
import { errors, limits, RoomError, type ErrorCode } from '../../shared/index.ts';

/** Sends JSON. */
export function sendJson(res: ServerResponse, status: number, body: unknown): void {
  const text = JSON.stringify(body);
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

/** Sends an error as problem details (RFC 9457), with the row of our table. */
export function sendProblem(res: ServerResponse, code: ErrorCode, detail: string): void {
  const { http, retryable, advice } = errors[code];
  sendProblemStatus(res, http, { title: code, detail, reason: code, retryable, advice });
}

/** Sends problem details that stand in no row: a path that is not there, a request refused. */
export function sendProblemStatus(
  res: ServerResponse,
  status: number,
  problem: Readonly<Record<string, unknown>>,
): void {
  const text = JSON.stringify({ status, ...problem });
  res.writeHead(status, {
    'content-type': 'application/problem+json',
    'content-length': Buffer.byteLength(text),
    'x-content-type-options': 'nosniff',
  });
  res.end(text);
}

/** Reads a JSON body. @throws RoomError BAD_INPUT, TOO_LARGE */
export async function readJson(req: IncomingMessage): Promise<unknown> {
  const body = await readBody(req);
  try {
    return JSON.parse(body.toString('utf8'));
  } catch (error) {
    throw new RoomError('BAD_INPUT', 'the body is not JSON', { cause: error });
  }
}

async function readBody(req: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of req as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > limits.messageBytes) throw new RoomError('TOO_LARGE');
      chunks.push(chunk);
    }
  } catch (error) {
    if (error instanceof RoomError) throw error;
    // Whoever cuts his own request is owed no answer, and it is no fault of ours.
    throw new RoomError('BAD_INPUT', 'the body was cut off', { cause: error });
  }
  return Buffer.concat(chunks);
}
