import { TRPCError, type AnyTRPCRouter } from '@trpc/server';
import { parseTRPCMessage, type TRPCClientOutgoingMessage } from '@trpc/server/rpc';
import type { CallRequest } from './call.ts';
import type { Encoder } from './encoder.ts';
import type { RequestId } from './envelope.ts';
import type { SocketLimits } from './options.ts';
import { checkEnvelope, checkMessage } from './wire-guard.ts';

/** Who takes what is in a frame. */
export interface IncomingHost {
  readonly router: AnyTRPCRouter;
  readonly encoder: Encoder;
  readonly limits: SocketLimits;
  /** Of a whole batch; unset: no limit. */
  readonly maxBatchSize: number | undefined;
  /** Runs a call. */
  start(request: CallRequest): void;
  /** Stops a subscription, if there is one of that id. */
  stop(id: number | string): void;
  /** Answers that a message is not taken; with `isReported`, the app hears of it too. */
  refuse(ids: readonly RequestId[], error: TRPCError, isReported?: boolean): void;
}

/** Takes the messages of one frame, each by itself: a bad one fails alone, with its id (TRN6). */
export function takeFrame(host: IncomingHost, frame: string | Buffer): void {
  let decoded: unknown;
  try {
    decoded = host.encoder.decode(frame);
  } catch (cause) {
    return host.refuse([null], new TRPCError({ code: 'PARSE_ERROR', cause }));
  }
  if (!Array.isArray(decoded)) return takeMessage(host, decoded, 0, frame.length);
  const messages: readonly unknown[] = decoded;
  const { maxBatchSize } = host;
  if (maxBatchSize !== undefined && messages.length > maxBatchSize) {
    const ids = messages.filter(wantsReply).map(idOf);
    const message = 'Batch call exceeds maximum size';
    const error = new TRPCError({ code: 'BAD_REQUEST', message });
    return host.refuse(ids.length > 0 ? ids : [null], error, true);
  }
  let calls = 0;
  for (const [index, raw] of messages.entries()) {
    if (isCall(raw)) calls += 1;
    if (isCall(raw) && calls > host.limits.callsPerFrame) host.refuse([idOf(raw)], tooMany());
    else takeMessage(host, raw, index, frame.length);
  }
}

function takeMessage(
  host: IncomingHost,
  raw: unknown,
  batchIndex: number,
  frameLength: number,
): void {
  const { limits, router } = host;
  // Only in a large frame is it worth knowing how large a message is.
  if (frameLength > limits.messageBytes && sizeOf(raw) > limits.messageBytes) {
    return host.refuse([idOf(raw)], tooLarge());
  }
  const reason = reasonAgainst(raw, limits);
  if (reason !== undefined) {
    return host.refuse(
      [shortId(raw, limits)],
      new TRPCError({ code: 'BAD_REQUEST', message: reason }),
    );
  }
  let message: TRPCClientOutgoingMessage;
  try {
    message = parseTRPCMessage(raw, router._def._config.transformer);
  } catch (cause) {
    // A transformer that guards itself says what is wrong.
    const error =
      cause instanceof TRPCError ? cause : new TRPCError({ code: 'PARSE_ERROR', cause });
    return host.refuse([idOf(raw)], error);
  }
  const { id, jsonrpc } = message;
  if (id === null) {
    const missing = new TRPCError({ code: 'PARSE_ERROR', message: '`id` is required' });
    return host.refuse([null], missing, true);
  }
  if (message.method === 'subscription.stop') return host.stop(id);
  const { path, input: given, lastEventId } = message.params;
  const input = lastEventId === undefined ? given : withLastEventId(given, lastEventId);
  host.start({ id, jsonrpc, type: message.method, path, input, batchIndex });
}

function reasonAgainst(raw: unknown, { message, transformer }: SocketLimits): string | undefined {
  if (!message) return undefined;
  if (transformer === 'guarded') return checkEnvelope(raw, message);
  return checkMessage(raw, message, transformer);
}

function withLastEventId(input: unknown, lastEventId: string): unknown {
  if (typeof input === 'object' && input !== null && !Array.isArray(input)) {
    return { ...input, lastEventId };
  }
  return input ?? { lastEventId };
}

function sizeOf(raw: unknown): number {
  return Buffer.byteLength(JSON.stringify(raw) ?? '');
}

/** The id, unless it is what was wrong: an answer repeats nothing that is too long. */
function shortId(raw: unknown, { message }: SocketLimits): RequestId {
  const id = idOf(raw);
  return typeof id === 'string' && message && id.length > message.idLength ? null : id;
}

function idOf(raw: unknown): RequestId {
  const id = typeof raw === 'object' && raw !== null ? (raw as { id?: unknown }).id : null;
  return typeof id === 'string' || (typeof id === 'number' && !Number.isNaN(id)) ? id : null;
}

function methodOf(raw: unknown): unknown {
  return typeof raw === 'object' && raw !== null ? (raw as { method?: unknown }).method : undefined;
}

function isCall(raw: unknown): boolean {
  const method = methodOf(raw);
  return method !== 'subscription' && method !== 'subscription.stop';
}

function wantsReply(raw: unknown): boolean {
  return idOf(raw) !== null && methodOf(raw) !== 'subscription.stop';
}

function tooMany(): TRPCError {
  return new TRPCError({ code: 'TOO_MANY_REQUESTS', message: 'too many calls at once' });
}

function tooLarge(): TRPCError {
  return new TRPCError({ code: 'PAYLOAD_TOO_LARGE', message: 'this message is too large' });
}
