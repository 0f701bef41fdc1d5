import { TRPCError, type AnyTRPCRouter } from '@trpc/server';
import { parseTRPCMessage, type TRPCClientOutgoingMessage } from '@trpc/server/rpc';
import { NOBODY, type Addressee, type RequestId } from './addressee.ts';
import type { CallRequest } from './call.ts';
import type { Encoder } from './encoder.ts';
import type { SocketLimits } from './options.ts';
import { checkEnvelope, checkMessage } from './wire-guard.ts';

/** Who takes what is in a frame. */
export interface IncomingHost {
  readonly router: AnyTRPCRouter;
  readonly encoder: Encoder;
  readonly limits: SocketLimits;
  /** Of a whole batch; unset: no limit. */
  readonly maxBatchSize: number | undefined;
  isOpen(): boolean;
  /** Stops a subscription, if there is one of that id. */
  stop(id: number | string): void;
  /** Answers that a message is not taken; with `isReported`, the app hears of it too. */
  refuse(to: readonly Addressee[], error: TRPCError, isReported?: boolean): void;
}

// So many times what a frame may ask for: more is sent by nobody who waits for the answers.
const MOST_MESSAGES = 16;

/** The requests of one frame of so many bytes, each message by itself: a bad one fails alone, with its id (TRN6).
 *  Undefined stands for a message that was dealt with otherwise. */
export function* requestsIn(
  host: IncomingHost,
  frame: string | Buffer,
  bytes: number,
): Generator<CallRequest | undefined, void> {
  let decoded: unknown;
  try {
    decoded = host.encoder.decode(frame);
  } catch (cause) {
    return host.refuse([NOBODY], new TRPCError({ code: 'PARSE_ERROR', cause }));
  }
  if (!Array.isArray(decoded)) return yield takeMessage(host, decoded, 0, bytes);
  const messages: readonly unknown[] = decoded;
  const { maxBatchSize, limits } = host;
  if (maxBatchSize !== undefined && messages.length > maxBatchSize) {
    const to = messages.filter(wantsReply).map(senderOf);
    const message = 'Batch call exceeds maximum size';
    const error = new TRPCError({ code: 'BAD_REQUEST', message });
    return host.refuse(to.length > 0 ? to : [NOBODY], error, true);
  }
  if (messages.length > MOST_MESSAGES * limits.callsPerFrame) {
    return host.refuse([NOBODY], tooMany('messages'));
  }
  let calls = 0;
  for (const [index, raw] of messages.entries()) {
    if (isCall(raw)) calls += 1;
    if (isCall(raw) && calls > limits.callsPerFrame) {
      host.refuse([shortSender(raw, limits)], tooMany('calls'));
      yield undefined;
    } else yield takeMessage(host, raw, index, bytes);
  }
}

/** What a message asks for. Undefined: it has been dealt with. */
function takeMessage(
  host: IncomingHost,
  raw: unknown,
  batchIndex: number,
  frameBytes: number,
): CallRequest | undefined {
  const { limits, router } = host;
  const refuse = (to: Addressee, error: TRPCError, isReported = false): undefined => {
    host.refuse([to], error, isReported);
    return undefined;
  };
  // Only in a large frame is it worth knowing how large a message is.
  if (frameBytes > limits.messageBytes && sizeOf(raw) > limits.messageBytes) {
    return refuse(shortSender(raw, limits), tooLarge());
  }
  const message = reasonAgainst(raw, limits);
  if (message !== undefined) {
    return refuse(shortSender(raw, limits), new TRPCError({ code: 'BAD_REQUEST', message }));
  }
  let parsed: TRPCClientOutgoingMessage;
  try {
    parsed = parseTRPCMessage(raw, router._def._config.transformer);
  } catch (cause) {
    // A transformer that guards itself says what is wrong.
    const error =
      cause instanceof TRPCError ? cause : new TRPCError({ code: 'PARSE_ERROR', cause });
    return refuse(senderOf(raw), error);
  }
  const { id, jsonrpc } = parsed;
  if (id === null) {
    const missing = new TRPCError({ code: 'PARSE_ERROR', message: '`id` is required' });
    return refuse({ id, jsonrpc }, missing, true);
  }
  if (parsed.method === 'subscription.stop') {
    host.stop(id);
    return undefined;
  }
  const { path, input: given, lastEventId } = parsed.params;
  const input = lastEventId === undefined ? given : withLastEventId(given, lastEventId);
  return { id, jsonrpc, type: parsed.method, path, input, batchIndex };
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
  try {
    return Buffer.byteLength(JSON.stringify(raw) ?? '');
  } catch {
    // Nested deeper than the stack, or with a bigint of an encoder's own: too large for JSON.
    return Number.POSITIVE_INFINITY;
  }
}

/** Who is answered, unless his id is what was wrong: an answer repeats nothing that is too long. */
function shortSender(raw: unknown, { message }: SocketLimits): Addressee {
  const { id, jsonrpc } = senderOf(raw);
  const isLong = typeof id === 'string' && message !== null && id.length > message.idLength;
  return { id: isLong ? null : id, jsonrpc };
}

function senderOf(raw: unknown): Addressee {
  const version =
    typeof raw === 'object' && raw !== null ? (raw as { jsonrpc?: unknown }).jsonrpc : 0;
  return { id: idOf(raw), jsonrpc: version === '2.0' ? version : undefined };
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

function tooMany(what: string): TRPCError {
  return new TRPCError({ code: 'TOO_MANY_REQUESTS', message: `too many ${what} at once` });
}

function tooLarge(): TRPCError {
  return new TRPCError({ code: 'PAYLOAD_TOO_LARGE', message: 'this message is too large' });
}
