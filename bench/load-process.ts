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
const state = { isOver: false };

const calls = { connect, start, stop, close };

answerCalls(calls);

/** Opens one connection per token; from then on each sends, waits for its ack, sends again. */
async function connect({ url, tokens }: { url: string; tokens: readonly string[] }): Promise<void> {
  clients = await Promise.all(tokens.map((token) => RawClient.open(url, token)));
  running = Promise.all(clients.map(send));
  running.catch(() => {});
}

async function send(client: RawClient, no: number): Promise<void> {
  for (let count = 1; !state.isOver; count += 1) {
    const text = textOf(no, count);
    const json = JSON.stringify({ room: 'bench', text, idempotencyKey: newKey() });
    const sentAt = performance.now();
    await client.mutate('chat.send', json);
    latencies.add(performance.now() - sentAt);
  }
}

function start(): void {
  latencies.clear();
  startedAt = performance.now();
}

function stop(): Load {
  const seconds = (performance.now() - startedAt) / 1000;
  return { seconds, acks: latencies.count, ...latencies.figures() };
}

/** Waits for the acks under way, then hangs up. @throws Error when any call of the run failed */
async function close(): Promise<void> {
  state.isOver = true;
  await running;
  for (const client of clients) client.close();
}
