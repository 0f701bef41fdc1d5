import { withAudience } from './audience-run.ts';
import type { Figures, RunOptions, Scenario, Subject } from './scenario.ts';

const FOLLOWERS = 100;
const PUBLISHERS = 20;
const LENGTH = 2_048;
// More than the kernel takes for a reader that has stopped, so that the server has to do something.
const FILL = { seconds: 5, burstsPerSecond: 20, burst: 20, length: 4_000 };

/** What the others notice of one who has stopped reading. */
export const slowReader: Scenario = {
  name: 'slow-reader',
  summary: `100 messages/s of 2 KiB to ${FOLLOWERS} followers, of whom one has stopped reading`,
  subjects: [subject('one-stopped', true), subject('all-reading', false)],
  targets: [{ subject: 'one-stopped', figure: 'latencyP99Ms', against: 'all-reading', ratio: 1.5 }],
  runs: 7,
};

function subject(name: string, isOneStopped: boolean): Subject {
  return { name, run: (options) => run(isOneStopped, options) };
}

function run(isOneStopped: boolean, { dir, seconds, warmUpSeconds }: RunOptions): Promise<Figures> {
  const crowd = {
    name: 'rooms',
    dir,
    rooms: 1,
    followers: FOLLOWERS,
    publishers: PUBLISHERS,
  } as const;
  return withAudience(crowd, async ({ server, clients, connect }) => {
    await connect();
    const pace = { burstsPerSecond: 100, burst: 1, length: LENGTH };
    if (isOneStopped) await clients.call('pauseOne');
    await clients.call('publish', FILL);
    await clients.call('publish', { ...pace, seconds: warmUpSeconds });
    await server.call('start', { withLoopDelay: false });
    const { deliveries, ...latencies } = await clients.call('publish', { ...pace, seconds });
    const usage = await server.call('stop');
    if (isOneStopped) await clients.call('resumeOne');
    return { ...latencies, cpuPerDeliveryUs: usage.cpuUs / deliveries, rssMb: usage.rssMb };
  });
}
