import { expect, onTestFinished } from 'vitest';
import type { Clock } from '../../client/clock.ts';
import { HttpSocket } from '../../client/http/http-socket.ts';
import { manualClock } from './manual-clock.ts';
import { waitFor } from './wait-for.ts';

/** A clock that says how many of its timers wait, and how many were set in all. */
export function countingClock() {
  const clock = manualClock();
  const waiting = new Set<() => void>();
  const count = { set: 0 };
  const after: Clock['after'] = (ms, run) => {
    const done = () => waiting.delete(run);
    const cancel = clock.after(ms, () => (done(), run()));
    waiting.add(run);
    count.set += 1;
    return () => (done(), cancel());
  };
  return { ...clock, after, waiting, count };
}

/** A server whose streams say what the test says; it answers everything else. */
function scripted() {
  const streams: { signal: AbortSignal; say: (text: string) => void; end: () => void }[] = [];
  const fetch = async (input: unknown, init?: RequestInit): Promise<Response> => {
    if (!String(input).includes('events')) return Response.json({ result: {} });
    const signal = init?.signal as AbortSignal;
    const encoder = new TextEncoder();
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => {
        signal.addEventListener('abort', () => controller.error(signal.reason));
        const say = (text: string) => controller.enqueue(encoder.encode(text));
        streams.push({ signal, say, end: () => controller.close() });
      },
    });
    return new Response(body, { headers: { 'content-type': 'text/event-stream' } });
  };
  return { streams, fetch: fetch as typeof globalThis.fetch };
}

/** A socket with one stream open. */
export async function following() {
  const clock = countingClock();
  const { streams, fetch } = scripted();
  const socket = new HttpSocket('ws://localhost/trpc', { fetch, clock });
  onTestFinished(() => socket.close());
  const ends: unknown[] = [];
  socket.addEventListener('close', (event) => void ends.push(event));
  await waitFor(() => expect(socket.hasOpened).toBe(true));
  const call = (id: number, method: string, path: string) =>
    socket.send(JSON.stringify({ id, method, params: { path, input: { json: {} } } }));
  call(1, 'subscription', 'chat.events');
  await waitFor(() => expect(streams).toHaveLength(1));
  const [stream] = streams;
  if (!stream) throw new Error('no stream');
  /** Says it, and waits until it has arrived: then the time of silence begins anew. */
  const say = async (text: string) => {
    const { set } = clock.count;
    stream.say(text);
    await waitFor(() => expect(clock.count.set).toBeGreaterThan(set));
  };
  await say('event: connected\ndata: {"reconnectAfterInactivityMs":40000}\n\n\n');
  return { clock, socket, ends, call, stream, say };
}

/** How a socket ends of whose streams one was silent for too long. */
export const CUT = { code: 1006, reason: 'nothing came for too long' };
