import { onTestFinished } from 'vitest';
import { rawSocket } from './raw-socket.ts';

/** What became of a call: `ok`, or the reason of the refusal. */
export interface Answer {
  readonly outcome: string;
  /** What came back, to the byte, without what names the call. */
  readonly bytes: string;
}

/** Where to call, and with what. */
export interface Callable {
  readonly url: string;
  readonly socketUrl: string;
  token(userId: string): Promise<string>;
}

/** One way of calling procedures as one user. */
export type Call = (
  type: 'query' | 'mutation' | 'subscription',
  path: string,
  input: unknown,
) => Promise<Answer>;

/** Calls over one WebSocket, frame by frame. A subscription is stopped once it has answered. */
export async function overSocket(server: Callable, userId: string): Promise<Call> {
  const socket = await rawSocket(server.socketUrl, await server.token(userId));
  return async (type, path, input) => {
    socket.send({ id: 1, method: type, params: { path, input: { json: input } } });
    let reply = (await socket.next()) as Reply;
    // Only a stream that was let in starts.
    if (type === 'subscription' && reply.result?.type === 'started') {
      reply = (await socket.next()) as Reply;
      socket.send({ id: 1, method: 'subscription.stop' });
      let last = (await socket.next()) as Reply;
      while (last.result?.type !== 'stopped') last = (await socket.next()) as Reply;
    }
    return { outcome: outcomeOf(reply), bytes: JSON.stringify(reply) };
  };
}

interface Reply {
  readonly result?: { readonly type?: string };
  readonly error?: { readonly json: { readonly data: { readonly reason: string } } };
}

/** Calls over HTTP; subscriptions as event streams, which are cut once they have answered. */
export async function overHttp(server: Callable, userId: string): Promise<Call> {
  const authorization = `Bearer ${await server.token(userId)}`;
  return async (type, path, input) => {
    const url = `${server.url}/trpc/${path}`;
    if (type === 'subscription') return overEvents(`${url}?${query(input)}`, authorization);
    const response =
      type === 'query'
        ? await fetch(`${url}?${query(input)}`, { headers: { authorization } })
        : await fetch(url, {
            method: 'POST',
            headers: { authorization, 'content-type': 'application/json' },
            body: JSON.stringify({ json: input }),
          });
    const bytes = await response.text();
    return { outcome: outcomeOf(JSON.parse(bytes) as Reply), bytes };
  };
}

async function overEvents(url: string, authorization: string): Promise<Answer> {
  const stop = new AbortController();
  onTestFinished(() => stop.abort());
  const response = await fetch(url, { headers: { authorization }, signal: stop.signal });
  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of response.body ?? []) {
    text += decoder.decode(chunk, { stream: true });
    const reason = /"reason":"([A-Z_]+)"/.exec(text)?.[1];
    // Leaving the loop cuts the stream.
    if (reason !== undefined) return { outcome: reason, bytes: text };
    if (text.includes('"type":"ready"')) return { outcome: 'ok', bytes: text };
  }
  return { outcome: 'nothing', bytes: text };
}

function query(input: unknown): string {
  return `input=${encodeURIComponent(JSON.stringify({ json: input }))}`;
}

function outcomeOf(reply: Reply): string {
  return reply.error ? reply.error.json.data.reason : 'ok';
}

/** Calls procedures of `chat` as whoever is named, for what must not fail. @throws Error with the reason and
 *  what came back */
export type As = <T = { room: string }>(userId: string, path: string, input: object) => Promise<T>;

/** Makes such calls of a server. Over a socket they come one at a time. */
export function callsAs(server: Callable, open: typeof overHttp = overHttp): As {
  const opened = new Map<string, Promise<Call>>();
  return async <T>(userId: string, path: string, input: object) => {
    const opening = opened.get(userId) ?? open(server, userId);
    opened.set(userId, opening);
    const call = await opening;
    const type = QUERIES.has(path) ? 'query' : 'mutation';
    const { outcome, bytes } = await call(type, path.includes('.') ? path : `chat.${path}`, input);
    if (outcome !== 'ok') throw new Error(`${outcome}: ${bytes}`);
    return (JSON.parse(bytes) as { result: { data: { json: T } } }).result.data.json;
  };
}

const QUERIES = new Set(['mine', 'invitations', 'roster', 'history', 'members', 'me.history']);
