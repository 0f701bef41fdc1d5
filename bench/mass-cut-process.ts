import { setTimeout } from 'node:timers/promises';
import { newKey } from '../client/new-key.ts';
import { addressOf } from './addresses.ts';
import { Latencies } from './latencies.ts';
import { RawClient } from './raw-client.ts';
import { answerCalls } from './remote.ts';
import { ReturningFollower } from './returning-follower.ts';
import { textOf } from './texts.ts';

export type MassCutCalls = typeof calls;

/** What a cut did to those who were cut. */
export interface Return {
  readonly caughtUpP50Ms: number;
  readonly caughtUpP99Ms: number;
  /** From the cut until the last of them had everything. */
  readonly caughtUpMaxMs: number;
  /** How long publishing took what they missed. */
  readonly publishMs: number;
  /** Connections that were tried for each that was cut. */
  readonly triesPerClient: number;
}

const OPENING_AT_ONCE = 50;
const REQUEST_IDS = 200;
const RETURN_MS = 60_000;

const publishers: RawClient[] = [];
const followers: ReturningFollower[] = [];
const latencies = new Latencies();
let head = 0;
let cutAt = 0;
let failure: string | undefined;

const calls = { connect, publish, cut };

answerCalls(calls);

/** A publisher for each room first, then everybody else follows one. */
async function connect({
  url,
  rooms,
  tokens,
}: {
  url: string;
  rooms: number;
  tokens: readonly string[];
}): Promise<void> {
  for (const token of tokens.slice(0, rooms)) publishers.push(await RawClient.open(url, token));
  const rest = tokens.slice(rooms);
  for (let first = 0; first < rest.length; first += OPENING_AT_ONCE) {
    const some = rest.slice(first, first + OPENING_AT_ONCE).map((token, no) => {
      const index = first + no;
      return new ReturningFollower({
        url,
        token,
        room: `bench-${index % rooms}`,
        requestId: 1 + (index % REQUEST_IDS),
        localAddress: addressOf(index),
        onEvent,
        onFault: (reason) => (failure ??= reason),
      });
    });
    followers.push(...some);
    await Promise.all(some.map((follower) => follower.open()));
  }
}

/** Says so much in each room, and waits until everybody has it. @throws Error */
async function publish(count: number): Promise<void> {
  await say(count);
  await arrival();
}

/** Cuts everybody at once, says so much in each room meanwhile, and waits until everybody has it.
 *  @throws Error when somebody gets less, or something twice, or out of order */
async function cut(missed: number): Promise<Return> {
  latencies.clear();
  const triesBefore = tries();
  cutAt = performance.now();
  for (const follower of followers) follower.cut();
  await say(missed);
  const publishMs = performance.now() - cutAt;
  await arrival();
  const { latencyP50Ms, latencyP99Ms, latencyMaxMs } = latencies.figures();
  if (latencies.count !== followers.length) throw new Error('mass-cut: events came twice');
  return {
    caughtUpP50Ms: latencyP50Ms,
    caughtUpP99Ms: latencyP99Ms,
    caughtUpMaxMs: latencyMaxMs,
    publishMs,
    triesPerClient: (tries() - triesBefore) / followers.length,
  };
}

async function say(count: number): Promise<void> {
  head += count;
  await Promise.all(
    publishers.map(async (publisher, no) => {
      for (let said = 0; said < count; said += 1) {
        const input = { room: `bench-${no}`, text: textOf(no, said), idempotencyKey: newKey() };
        await publisher.mutate('chat.send', JSON.stringify(input));
      }
    }),
  );
}

function onEvent(follower: ReturningFollower): void {
  if (follower.offset === head) latencies.add(performance.now() - cutAt);
}

async function arrival(): Promise<void> {
  const lastAt = performance.now() + RETURN_MS;
  for (;;) {
    if (failure !== undefined) throw new Error(`mass-cut: ${failure}`);
    const behind = followers.filter(({ offset }) => offset < head).length;
    if (behind === 0) return;
    if (performance.now() > lastAt) throw new Error(`mass-cut: ${behind} have not caught up`);
    await setTimeout(50);
  }
}

function tries(): number {
  return followers.reduce((sum, follower) => sum + follower.tries, 0);
}
