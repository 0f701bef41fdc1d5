import { clientSuperjson } from '../transformer.ts';
import { createEventReader, type StreamEvent } from './event-stream.ts';
import type { Silence } from './silence.ts';

/** A message of tRPC's WebSocket protocol, as this client sends it. */
export interface WireCall {
  readonly id: number;
  readonly method: 'query' | 'mutation' | 'subscription' | 'subscription.stop';
  readonly params?: {
    readonly path: string;
    readonly input?: unknown;
    readonly lastEventId?: string | null;
  };
}

/** How calls travel as plain HTTP. */
export interface HttpCallOptions {
  /** `https://…/trpc`. */
  readonly url: string;
  readonly token: string | undefined;
  readonly sessionId: string | undefined;
  readonly fetch: typeof globalThis.fetch;
  readonly signal: AbortSignal;
  /** Is told of whatever comes. Nothing here ends the call over it: that is for the signal. */
  readonly silence: Silence;
  /** Takes an answer, in the form that a WebSocket carries. */
  readonly reply: (message: { readonly id: number } & Readonly<Record<string, unknown>>) => void;
}

// The last event of a stream that has failed, in tRPC's words.
const FAILURE = 'serialized-error';

/** Makes one call, or follows one subscription to its end. @throws whatever `fetch` throws, and TypeError when a
 *  stream breaks off: the line is dead, and what was asked has no answer */
export async function httpCall(call: WireCall, options: HttpCallOptions): Promise<void> {
  const { id, method, params } = call;
  const { fetch, signal, silence, reply } = options;
  const isMutation = method === 'mutation';
  const isStream = method === 'subscription';
  const input = JSON.stringify(params?.input ?? {});
  const url = new URL(`${options.url}/${params?.path ?? ''}`);
  if (!isMutation && params?.input !== undefined) url.searchParams.set('input', input);
  if (isStream && options.sessionId !== undefined) {
    url.searchParams.set('connectionParams', JSON.stringify({ sessionId: options.sessionId }));
  }
  const lastEventId = isStream ? params?.lastEventId : undefined;
  const answer = await fetch(url, {
    method: isMutation ? 'POST' : 'GET',
    signal,
    headers: {
      ...(options.token !== undefined && { authorization: `Bearer ${options.token}` }),
      ...(isStream && { accept: 'text/event-stream' }),
      ...(lastEventId != null && { 'last-event-id': lastEventId }),
      ...(isMutation && { 'content-type': 'application/json' }),
    },
    ...(isMutation && { body: input }),
  });
  silence.heard();
  const type = answer.headers.get('content-type') ?? '';
  if (!isStream || !type.startsWith('text/event-stream')) {
    // What stands between us and the server answers in words of its own.
    if (!type.includes('json')) throw new TypeError(`the answer is ${type || 'of no type'}`);
    reply({ id, ...((await answer.json()) as object) });
    return;
  }
  reply({ id, result: { type: 'started' } });
  await follow(answer, silence, (event) => {
    reply({ id, ...streamReply(event) });
    return event.event === FAILURE;
  });
}

/** Reads until `take` says that nothing is due any more. @throws TypeError at any other end, which may be the
 *  server's own */
async function follow(
  answer: Response,
  silence: Silence,
  take: (event: StreamEvent) => boolean,
): Promise<void> {
  const read = createEventReader();
  const decoder = new TextDecoder();
  const reader = answer.body?.getReader();
  for (;;) {
    const { done = true, value } = (await reader?.read()) ?? {};
    if (done) throw new TypeError('the event stream has ended');
    // Pings too, which are no event here or one that says nothing.
    silence.heard();
    for (const event of read(decoder.decode(value, { stream: true }))) {
      if (event.event === 'connected') allowAsSaid(event.data, silence);
      if (take(event)) return void reader?.cancel().catch(() => {});
    }
  }
}

/** tRPC's first event says how long a reader is to wait. Where it does not, nobody pings: silence says nothing. */
function allowAsSaid(data: string, silence: Silence): void {
  const said = JSON.parse(data) as { readonly reconnectAfterInactivityMs?: unknown } | null;
  const ms = said?.reconnectAfterInactivityMs;
  if (ms === undefined) silence.allow(Number.POSITIVE_INFINITY);
  else if (typeof ms === 'number' && ms > 0) silence.allow(ms);
}

/** An event of a stream as the reply that a WebSocket would carry. */
function streamReply({ event, data, id }: StreamEvent): Readonly<Record<string, unknown>> {
  if (event === FAILURE) return { error: JSON.parse(data) };
  if (event === 'return') return { result: { type: 'stopped' } };
  // Pings, and whatever else says nothing.
  if (event !== undefined || id === undefined) return { method: 'nothing' };
  const frame = clientSuperjson.output.deserialize(JSON.parse(data) as never);
  return {
    result: { type: 'data', id, data: clientSuperjson.input.serialize({ id, data: frame }) },
  };
}
