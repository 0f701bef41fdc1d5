import { setTimeout } from 'node:timers/promises';
import type { MassCutCalls } from './mass-cut-process.ts';
import type { Figures, RunOptions, Scenario, Subject } from './scenario.ts';
import { withStage } from './stage.ts';
import { signTokens } from './tokens.ts';

const FOLLOWERS = 5_000;
const MISSED = 100;
// What comes with the storm and goes after it is watched for so long beyond it.
const AFTERWARDS_MS = 3_000;

/** A router restarts, and everybody comes back at once. */
export const massCut: Scenario = {
  name: 'mass-cut',
  summary: `${FOLLOWERS} followers cut at once, each to catch up on ${MISSED} events`,
  subjects: [subject('one-room', 1), subject('ten-rooms', 10)],
  targets: ['one-room', 'ten-rooms'].flatMap((name) => [
    { subject: name, figure: 'caughtUpMaxMs', under: 20_000 },
    { subject: name, figure: 'rssPeakByRest', under: 1.5 },
  ]),
};

function subject(name: string, rooms: number): Subject {
  return { name, run: (options) => run(rooms, options) };
}

function run(rooms: number, { dir, seconds }: RunOptions): Promise<Figures> {
  const clients = new URL('mass-cut-process.ts', import.meta.url);
  return withStage<MassCutCalls, Figures>(
    { name: 'rooms', dir, clients, flags: ['--expose-gc'] },
    async ({ server, clients: crowd, url, secret }) => {
      const tokens = await signTokens(secret, rooms + FOLLOWERS);
      await crowd.call('connect', { url, rooms, tokens });
      for (let second = 0; second < seconds; second += 1) {
        await crowd.call('publish', 10);
        await setTimeout(1_000);
      }
      const rest = await server.call('residentKb');
      await server.call('start', { withPeak: true });
      const returned = await crowd.call('cut', MISSED);
      await setTimeout(AFTERWARDS_MS);
      const usage = await server.call('stop');
      const after = await server.call('residentKb');
      const restMb = rest.collected / 1024;
      return {
        ...returned,
        rssAtRestMb: restMb,
        rssPeakMb: usage.rssPeakMb,
        rssPeakByRest: usage.rssPeakMb / restMb,
        rssAfterMb: after.collected / 1024,
        cpuPerClientUs: usage.cpuUs / FOLLOWERS,
        loopDelayP99Ms: usage.loopDelayP99Ms,
        loopDelayMaxMs: usage.loopDelayMaxMs,
      };
    },
  );
}
