import { newKey } from '../client/new-key.ts';
import { Latencies } from './latencies.ts';
import { RawClient } from './raw-client.ts';
import { answerCalls } from './remote.ts';
import { textOf } from './texts.ts';

/** What the clients saw of the measured part of a run. */
export interface Load {
  readonly seconds: number;
  readonly acks: number;
  readonly latencyP50Ms: number;
  readonly latencyP99Ms: number;
  readonly latencyMaxMs: number;
}

export type LoadCalls = typeof calls;

const latencies = new Latencies();
let clients: RawClient[] = [];
let running: Promise<unknown> = Promise.resolve();
let startedAt = 0;
let sent = 0;
const state = { isOver: false };

const calls = { connect, start, stop, close };

answerCalls(calls);

/** Opens one connection per token. */
async function connect({ url, tokens }: { url: string; tokens: readonly string[] }): Promise<void> {
  clients = await Promise.all(tokens.map((token) => RawClient.open(url, token)));
}

/** From here on each client sends, waits for its ack, sends again. */
function start(): void {
  latencies.clear();
  state.isOver = false;
  startedAt = performance.now();
  running = Promise.all(clients.map(send));
  running.catch(() => {});
}

async function send(client: RawClient, no: number): Promise<void> {
  while (!state.isOver) {
    const text = textOf(no, (sent += 1));
    const json = JSON.stringify({ room: 'bench', text, idempotencyKey: newKey() });
    const sentAt = performance.now();
    await client.mutate('chat.send', json);
    latencies.add(performance.now() - sentAt);
  }
}

/** Ends when every call has its ack. @throws Error when any of them failed */
async function stop(): Promise<Load> {
  state.isOver = true;
  await running;
  const seconds = (performance.now() - startedAt) / 1000;
  return { seconds, acks: latencies.count, ...latencies.figures() };
}

function close(): void {
  for (const client of clients) client.close();
}
