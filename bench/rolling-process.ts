import { setTimeout } from 'node:timers/promises';
import { Latencies } from './latencies.ts';
import { MovingFollower } from './moving-follower.ts';
import { answerCalls } from './remote.ts';
import { numberedText } from './texts.ts';

export type RollingCalls = typeof calls;

const LENGTH = 100;
const OPENING_AT_ONCE = 50;
const TICK_MS = 10;
const ARRIVAL_MS = 30_000;

const followers: MovingFollower[] = [];
const sentAt: number[] = [];
const acks: Promise<unknown>[] = [];
const interruptions = new Latencies();
let rooms = 1;
const quiet = new AbortController();
let talking = Promise.resolve();
let moves = 0;
let movesMost = 0;

const calls = { connect, talk, lap, finish };

answerCalls(calls);

/** Everybody follows one of the rooms when it resolves; the first of each room talks in it. */
async function connect(options: {
  url: string;
  rooms: number;
  tokens: readonly string[];
}): Promise<void> {
  const { url, tokens } = options;
  ({ rooms } = options);
  for (let from = 0; from < tokens.length; from += OPENING_AT_ONCE) {
    const some = tokens.slice(from, from + OPENING_AT_ONCE).map((token, no) => {
      const room = `bench-${(from + no) % rooms}`;
      return new MovingFollower({ url, token, room, sentAt: (number) => sentAt[number] ?? 0 });
    });
    followers.push(...some);
    await Promise.all(some.map(({ handle }) => handle.ready));
  }
  for (const follower of followers) follower.lap();
}

/** Talks from now on, in one room after the other. */
function talk(perSecond: number): void {
  talking = keepTalking(perSecond);
}

async function keepTalking(perSecond: number): Promise<void> {
  const startedAt = performance.now();
  while (!quiet.signal.aborted) {
    const due = ((performance.now() - startedAt) / 1000) * perSecond;
    for (; sentAt.length < due; sentAt.push(performance.now())) {
      const number = sentAt.length;
      const text = numberedText(number, LENGTH);
      const sent = followers[number % rooms]?.handle.send({ text });
      if (sent) acks.push(sent);
    }
    await setTimeout(TICK_MS);
  }
}

/** A restart is over: what each of them has seen of it. */
function lap(): void {
  for (const { starts, longestMs } of followers.map((follower) => follower.lap())) {
    interruptions.add(longestMs);
    moves += starts;
    movesMost = Math.max(movesMost, starts);
  }
}

/** Ends the talk, and waits until everybody has everything. */
async function finish() {
  quiet.abort();
  await talking;
  const answers = await Promise.allSettled(acks);
  const dueOf = (no: number) =>
    Math.floor(sentAt.length / rooms) + (no % rooms < sentAt.length % rooms ? 1 : 0);
  const isBehind = ({ receipt }: MovingFollower, no: number) => receipt.received < dueOf(no);
  const lastAt = performance.now() + ARRIVAL_MS;
  while (followers.some(isBehind) && performance.now() < lastAt) await setTimeout(50);
  // What comes twice comes now.
  await setTimeout(500);
  const sum = (of: (follower: MovingFollower) => number) =>
    followers.reduce((total, follower) => total + of(follower), 0);
  const due = followers.reduce((total, _, no) => total + dueOf(no), 0);
  const { latencyP50Ms, latencyP99Ms, latencyMaxMs } = interruptions.figures();
  return {
    due,
    missing: due - sum(({ receipt }) => receipt.received),
    repeated: sum(({ receipt }) => receipt.repeated),
    reordered: sum(({ receipt }) => receipt.reordered),
    gaps: sum(({ gaps }) => gaps),
    notAcked: answers.filter(({ status }) => status === 'rejected').length,
    moves,
    movesMost,
    leavesSeen: sum(({ leaves }) => leaves),
    interruptionP50Ms: latencyP50Ms,
    interruptionP99Ms: latencyP99Ms,
    interruptionMaxMs: latencyMaxMs,
  };
}
