import { withAudience } from './audience-run.ts';
import type { Figures, RunOptions, Scenario, Subject } from './scenario.ts';
import type { protocols } from './protocols.ts';

const FOLLOWERS = 4_000;
const ROOMS = 40;

/** What a connection that follows one room keeps resident, once it has been delivered to. */
export const memory: Scenario = {
  name: 'memory',
  summary: `${FOLLOWERS} connections, each following one of ${ROOMS} rooms, at rest`,
  subjects: [subject('rooms'), subject('ws'), subject('socket.io'), subject('stock-trpc')],
  targets: [
    { subject: 'rooms', figure: 'residentKbPerConnection', against: 'socket.io', ratio: 0.55 },
  ],
};

function subject(name: keyof typeof protocols): Subject {
  return { name, run: (options) => run(name, options) };
}

function run(name: keyof typeof protocols, { dir, warmUpSeconds }: RunOptions): Promise<Figures> {
  const crowd = { name, dir, rooms: ROOMS, followers: FOLLOWERS, publishers: 1 };
  return withAudience(
    crowd,
    async ({ server, clients, connect }) => {
      const before = await server.call('residentKb');
      await connect();
      // Two messages in each room: buffers and code that the first delivery makes are there.
      const pace = { seconds: warmUpSeconds, burstsPerSecond: 2 * ROOMS, burst: 1, length: 100 };
      await clients.call('publish', pace);
      const after = await server.call('residentKb');
      return {
        residentKbPerConnection: (after.collected - before.collected) / FOLLOWERS,
        compactedKbPerConnection: (after.compacted - before.compacted) / FOLLOWERS,
        rssBeforeMb: before.collected / 1024,
        rssMb: after.collected / 1024,
      };
    },
    ['--expose-gc'],
  );
}
