import { withAudience } from './audience-run.ts';
import type { Usage } from './meter.ts';
import type { Deliveries, Pace } from './pace.ts';
import type { Figures, RunOptions, Scenario, Subject } from './scenario.ts';
import type { protocols } from './protocols.ts';

const FOLLOWERS = 500;
const PUBLISHERS = 20;
const LENGTH = 100;
const EVENLY = { burstsPerSecond: 20, burst: 1 };
// 1,800 messages of warming up, so that no subject is measured while its code is still being compiled: V8 optimises a
// function after 400 calls, and later where its types have changed. The slices are short: processes of one program differ
// by more than what is asked, and so do minutes of one machine.
const RUNS = { warmUpSeconds: 60, runs: 20, seconds: 2 };
const WARM_UP_PACE = 1.5;

/** What a delivery costs while a room is talked in at an even pace. */
export const fanOut: Scenario = {
  name: 'fan-out',
  summary: `20 messages/s to ${FOLLOWERS} followers of one room, from ${PUBLISHERS} publishers`,
  // With its log in memory, too: what is left is what the transport and the rooms cost by themselves.
  subjects: [...subjects(EVENLY), subject('rooms-memory', EVENLY)],
  targets: [
    { subject: 'rooms', figure: 'cpuPerDeliveryUs', against: 'ws', ratio: 0.9 },
    { subject: 'rooms', figure: 'cpuPerDeliveryUs', against: 'socket.io', ratio: 0.8 },
    { subject: 'rooms', figure: 'cpuPerDeliveryUs', against: 'stock-trpc', ratio: 0.17 },
  ],
  ...RUNS,
};

/** The same number of deliveries, in bursts: what one write per follower and turn saves. */
export const bursts: Scenario = {
  name: 'bursts',
  summary: `20 messages at once, each second, to ${FOLLOWERS} followers of one room`,
  subjects: subjects({ burstsPerSecond: 1, burst: 20 }),
  targets: [{ subject: 'rooms', figure: 'cpuPerDeliveryUs', against: 'ws', ratio: 0.3 }],
  ...RUNS,
};

/** The same, on a node that shares its rooms over Redis with others. */
export const redisFanOut: Scenario = {
  name: 'redis',
  summary: `20 messages/s to ${FOLLOWERS} followers of one room, of a node with Redis and of one with SQLite`,
  subjects: [subject('rooms-redis', EVENLY), subject('rooms', EVENLY)],
  targets: [{ subject: 'rooms-redis', figure: 'cpuPerDeliveryUs', against: 'rooms', ratio: 1.3 }],
  ...RUNS,
};

function subjects(pace: Pick<Pace, 'burstsPerSecond' | 'burst'>): Scenario['subjects'] {
  const of = (name: keyof typeof protocols) => subject(name, pace);
  return [of('rooms'), of('ws'), of('socket.io'), of('stock-trpc')];
}

function subject(
  name: keyof typeof protocols,
  pace: Pick<Pace, 'burstsPerSecond' | 'burst'>,
): Subject {
  return { name, stay: (options, use) => stay(name, pace, options, use) };
}

function stay<T>(
  name: keyof typeof protocols,
  turn: Pick<Pace, 'burstsPerSecond' | 'burst'>,
  { dir, seconds, warmUpSeconds }: RunOptions,
  use: (run: () => Promise<Figures>) => Promise<T>,
): Promise<T> {
  const crowd = { name, dir, rooms: 1, followers: FOLLOWERS, publishers: PUBLISHERS };
  return withAudience(crowd, async ({ server, clients, connect }) => {
    await connect();
    const pace = { ...turn, length: LENGTH };
    const burstsPerSecond = WARM_UP_PACE * turn.burstsPerSecond;
    await clients.call('publish', { ...pace, burstsPerSecond, seconds: warmUpSeconds });
    return use(async () => {
      await server.call('start', { withLoopDelay: false });
      const deliveries = await clients.call('publish', { ...pace, seconds });
      return figuresOf(await server.call('stop'), deliveries);
    });
  });
}

function figuresOf(usage: Usage, { deliveries, ...latencies }: Deliveries): Figures {
  return {
    cpuPerDeliveryUs: usage.cpuUs / deliveries,
    loopCpuPerDeliveryUs: usage.loopCpuUs / deliveries,
    ...latencies,
    rssMb: usage.rssMb,
  };
}
