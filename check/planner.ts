import type { Deed, Plan, Step, Trouble } from './plan.ts';
import { createRandom, type Random } from './random.ts';

const LONGEST_MS = 20_000;

/** Makes a plan of a seed. */
export function makePlan(seed: string): Plan {
  const random = createRandom(seed).fork('plan');
  const clients = random.between(2, 4);
  const rooms = random.isLikely(0.7) ? 1 : 2;
  const size = { clients, rooms };
  const lengthMs = random.between(3_000, LONGEST_MS);
  const troubles = random.between(1, 12);
  const deeds = random.between(10, 60);
  // Some runs know few kinds of trouble: what needs the same twice is found there.
  const kinds = random.isLikely(0.4) ? pickSome(TROUBLES, random) : TROUBLES;
  // Of their own chance: what is said of other deeds by a seed stays so.
  const late = random.fork('late');
  const answers = late.isLikely(0.4) ? late.between(4, 20) : 0;
  const steps = [
    ...make(deeds, () => ({ at: random.between(0, lengthMs), ...deed(random, size) })),
    ...make(troubles, () => ({
      at: random.between(200, lengthMs),
      ...random.pick(kinds)(random, size),
    })),
    ...make(answers, () => answer(late, size, late.between(0, lengthMs))).flat(),
  ];
  return {
    seed,
    ...size,
    maxEvents: random.pick([4, 12, 40, 1_000, 1_000]),
    maxFrames: random.pick([1, 2, 4, 16, 256]),
    maxReplay: random.pick([2, 6, 30, 10_000, 10_000]),
    pageSize: random.pick([1, 2, 5, 100]),
    readMs: random.pick([0, 2, 2, 40]),
    window: random.pick([1, 2, 4, 64]),
    pulls: random.isLikely(0.25),
    steps: steps.toSorted((a: Step, b: Step) => a.at - b.at),
  };
}

interface Size {
  readonly clients: number;
  readonly rooms: number;
}

function deed(random: Random, { clients, rooms }: Size): Deed {
  const who = { client: random.between(0, clients - 1), room: random.between(0, rooms - 1) };
  const chance = random.next();
  if (chance < 0.3) return { do: 'send', ...who, count: random.between(1, 9) };
  if (chance < 0.36) return { do: 'edit', ...who };
  if (chance < 0.39) return { do: 'remove', ...who };
  if (chance < 0.42) return { do: 'mark', ...who };
  if (chance < 0.55) return { do: 'pass', ...who, type: random.between(0, 9) };
  if (chance < 0.62) return { do: 'repeat', ...who };
  if (chance < 0.68) return { do: 'clash', ...who };
  if (chance < 0.72) return { do: 'read', ...who };
  if (chance < 0.76) return { do: 'present', ...who };
  if (chance < 0.84) return { do: 'follow', ...who };
  return { do: chance < 0.92 ? 'leave' : 'return', ...who };
}

/** What is about messages that may be gone, or go meanwhile: then some do not hear what became of it. */
function answer(random: Random, { clients, rooms }: Size, at: number): Step[] {
  const who = { client: random.between(0, clients - 1), room: random.between(0, rooms - 1) };
  const kind = random.pick(['reply', 'replyAgain', 'haunt', 'waver', 'waver'] as const);
  if (kind !== 'waver') return [{ at, do: kind, ...who }];
  const waver: Step = { at, do: 'waver', ...who, how: random.pick(['edit', 'reply']) };
  const isLost = random.isLikely(0.3);
  return isLost ? [{ at, do: 'cut-reply', client: who.client }, waver] : [waver];
}

const client = (random: Random, { clients }: Size) => random.between(0, clients - 1);

const TROUBLES: readonly ((random: Random, size: Size) => Trouble)[] = [
  (random, size) => ({ do: 'cut', client: client(random, size) }),
  (random, size) => ({ do: 'cut', client: client(random, size) }),
  (random, size) => ({ do: 'cut-request', client: client(random, size) }),
  (random, size) => ({ do: 'cut-reply', client: client(random, size) }),
  (random, size) => ({ do: 'cut-reply', client: client(random, size) }),
  (random, size) => ({
    do: 'stall',
    client: client(random, size),
    forMs: random.between(50, 5_000),
  }),
  (random, size) => ({ do: 'lag', client: client(random, size), ms: random.between(0, 500) }),
  (random, size) => ({ do: 'slow', client: client(random, size), ms: random.between(0, 300) }),
  (random) => ({ do: 'kill', downMs: random.between(0, 3_000), torn: 0 }),
  (random) => ({ do: 'kill', downMs: random.between(0, 3_000), torn: 0 }),
  (random) => ({ do: 'kill', downMs: random.between(0, 500), torn: random.between(1, 4) }),
  (random) => ({ do: 'restart', downMs: random.between(0, 2_000) }),
  (random) => ({ do: 'disk-slow', ms: random.between(0, 200) }),
  (random) => ({
    do: 'disk-fails',
    how: random.pick(['before', 'after']),
    forMs: random.between(50, 2_000),
  }),
];

function pickSome<T>(list: readonly T[], random: Random): readonly T[] {
  return make(random.between(1, 3), () => random.pick(list));
}

function make<T>(count: number, one: () => T): T[] {
  return Array.from({ length: count }, one);
}
