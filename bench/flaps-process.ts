import { setTimeout } from 'node:timers/promises';
import { createRooms, type RoomsClient } from '../client/index.ts';
import { chat } from '../shared/index.ts';
import { addressOf } from './addresses.ts';
import { FlappingFollower } from './flapping-follower.ts';
import { Latencies } from './latencies.ts';
import { answerCalls } from './remote.ts';
import { numberedText } from './texts.ts';

export type FlapsCalls = typeof calls;

/** How the lines behave while somebody talks. */
export interface Flapping {
  readonly seconds: number;
  readonly perSecond: number;
  readonly everyMs: number;
  readonly goneMs: number;
}

const ROOM = 'bench';
const LENGTH = 100;
const OPENING_AT_ONCE = 50;
const TICK_MS = 10;
// Two delays of the SDK's at their longest.
const RETURN_MS = 40_000;

let publisher: RoomsClient<{ chat: typeof chat }> | undefined;
const followers: FlappingFollower[] = [];
const latencies = new Latencies();
const away = new Latencies();
const sentAt: number[] = [];

const calls = { connect, flap };

answerCalls(calls);

/** One who talks over a line that holds, the others follow over lines that do not. */
async function connect({ url, tokens }: { url: string; tokens: readonly string[] }): Promise<void> {
  const target = `${url.replace('http', 'ws')}/trpc`;
  const [first = '', ...rest] = tokens;
  publisher = createRooms({ chat }, { url: target, token: first });
  for (let from = 0; from < rest.length; from += OPENING_AT_ONCE) {
    const some = rest.slice(from, from + OPENING_AT_ONCE).map(
      (token, no) =>
        new FlappingFollower({
          url: target,
          token,
          room: ROOM,
          localAddress: addressOf(from + no),
          onMessage: (number) => latencies.add(performance.now() - (sentAt[number] ?? 0)),
          onBack: (ms) => away.add(ms),
        }),
    );
    followers.push(...some);
    await Promise.all(some.map(({ joined }) => joined));
  }
}

/** Talks, and lets each line go once a period: theirs are spread evenly over it. Then waits until
 *  everybody has everything, for as long as one may be away. */
async function flap({ seconds, perSecond, everyMs, goneMs }: Flapping) {
  const room = publisher?.chat.join(ROOM, { onGap: 'reload' });
  if (!room) throw new Error('flaps: connect comes first');
  const acks: Promise<unknown>[] = [];
  const startedAt = performance.now();
  let dropped = 0;
  for (let ms = 0; ms < seconds * 1000; ms = performance.now() - startedAt) {
    for (; sentAt.length < (ms / 1000) * perSecond; sentAt.push(performance.now())) {
      acks.push(room.send({ text: numberedText(sentAt.length, LENGTH) }));
    }
    for (; dropped < (ms / everyMs) * followers.length; dropped += 1) {
      followers[dropped % followers.length]?.drop(goneMs);
    }
    await setTimeout(TICK_MS);
  }
  await Promise.all(acks);
  await arrival();
  return figures();
}

/** What is missing after that is counted, and no reason to stop. */
async function arrival(): Promise<void> {
  const lastAt = performance.now() + RETURN_MS;
  const isBehind = ({ receipt }: FlappingFollower) => receipt.received < sentAt.length;
  while (followers.some(isBehind) && performance.now() < lastAt) await setTimeout(50);
  // What comes twice comes now.
  await setTimeout(500);
}

function figures() {
  const sum = (of: (follower: FlappingFollower) => number) =>
    followers.reduce((total, follower) => total + of(follower), 0);
  const due = sentAt.length * followers.length;
  const received = sum(({ receipt }) => receipt.received);
  const { latencyP50Ms, latencyP99Ms, latencyMaxMs } = away.figures();
  return {
    due,
    deliveredPercent: (100 * received) / due,
    missing: due - received,
    repeated: sum(({ receipt }) => receipt.repeated),
    reordered: sum(({ receipt }) => receipt.reordered),
    gaps: sum(({ gaps }) => gaps),
    cuts: sum(({ cuts }) => cuts),
    ...latencies.figures(),
    awayP50Ms: latencyP50Ms,
    awayP99Ms: latencyP99Ms,
    awayMaxMs: latencyMaxMs,
  };
}
