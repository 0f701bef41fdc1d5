import { setTimeout } from 'node:timers/promises';
import { addressOf } from './addresses.ts';
import { answerCalls } from './remote.ts';
import { RoomVisitor } from './room-visitor.ts';
import { userOf } from './tokens.ts';

export type PeopleCalls = typeof calls;

const ROOM = 'bench';
const TICK_MS = 10;
const SETTLE_MS = 20_000;

let visitors: RoomVisitor[] = [];

const calls = { arrive, dwindle, flap };

answerCalls(calls);

/** All come to one room, evenly over so many seconds. */
async function arrive({
  url,
  tokens,
  seconds,
}: {
  url: string;
  tokens: readonly string[];
  seconds: number;
}) {
  const target = `${url.replace('http', 'ws')}/trpc`;
  const startedAt = performance.now();
  while (visitors.length < tokens.length) {
    const due = ((performance.now() - startedAt) / 1000 / seconds) * tokens.length;
    while (visitors.length < Math.min(due, tokens.length)) {
      const no = visitors.length;
      const localAddress = addressOf(no);
      const token = tokens[no] ?? '';
      visitors.push(new RoomVisitor({ url: target, token, room: ROOM, localAddress }));
    }
    await setTimeout(TICK_MS);
  }
  const arrivingMs = performance.now() - startedAt;
  await Promise.all(visitors.map(({ room }) => room.ready));
  const wrong = await wrongViews();
  return { arrivingMs, wrongViews: wrong, listed: await listed(), mostFramesPerSecond: busiest() };
}

/** Some stay, the others leave. */
async function dwindle({ stay }: { stay: number }) {
  const leaving = visitors.slice(stay);
  visitors = visitors.slice(0, stay);
  for (const visitor of leaving) visitor.close();
  return { wrongViewsAfterLeaving: await wrongViews() };
}

/** Lines go away, one after the other, so many times in all. */
async function flap({
  flaps,
  goneMs,
  seconds,
}: {
  flaps: number;
  goneMs: number;
  seconds: number;
}) {
  for (const visitor of visitors) visitor.forget();
  const startsBefore = sum(({ starts }) => starts);
  const startedAt = performance.now();
  for (let dropped = 0; dropped < flaps; await setTimeout(TICK_MS)) {
    const due = ((performance.now() - startedAt) / 1000 / seconds) * flaps;
    for (; dropped < Math.min(due, flaps); dropped += 1) {
      visitors[dropped % visitors.length]?.drop(goneMs);
    }
  }
  // Longer than a seat is held: what is wrongly given up would be told by then.
  await setTimeout(SETTLE_MS);
  return {
    flaps,
    returns: sum(({ starts }) => starts) - startsBefore,
    leavesSeen: sum(({ leaves }) => leaves),
    joinsSeen: sum(({ joins }) => joins),
    wrongViewsAfterFlaps: await wrongViews(),
  };
}

/** How many do not show who is there, when nothing changes any more. */
async function wrongViews(): Promise<number> {
  const ids = visitors.map((_, no) => userOf(no)).toSorted();
  const truths = [String(ids.length), ids.join(' ')];
  const wrong = () => visitors.filter((visitor) => !truths.includes(visitor.shown())).length;
  const lastAt = performance.now() + SETTLE_MS;
  while (wrong() > 0 && performance.now() < lastAt) await setTimeout(100);
  return wrong();
}

/** How many the pages of `members` hold, each once. */
async function listed(): Promise<number> {
  const [visitor] = visitors;
  if (!visitor) return 0;
  const ids = new Set<string>();
  for (let after: string | undefined; ;) {
    const page = await visitor.room.members(after === undefined ? {} : { after });
    for (const { id } of page.users) ids.add(id);
    after = page.next;
    if (after === undefined) return ids.size;
  }
}

function busiest(): number {
  return Math.max(...visitors.map((visitor) => visitor.mostFrames()));
}

function sum(of: (visitor: RoomVisitor) => number): number {
  return visitors.reduce((total, visitor) => total + of(visitor), 0);
}
