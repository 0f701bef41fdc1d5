import type { FlapsCalls } from './flaps-process.ts';
import type { Figures, RunOptions, Scenario } from './scenario.ts';
import { withStage } from './stage.ts';
import { signTokens } from './tokens.ts';

const FOLLOWERS = 1_000;
const PACE = { perSecond: 20, everyMs: 10_000, goneMs: 2_000 };

/** A train full of phones: everybody is always about to be cut off. */
export const flaps: Scenario = {
  name: 'flaps',
  summary: `${FOLLOWERS} SDK clients that drop for 2 s every 10 s, under ${PACE.perSecond} messages/s`,
  subjects: [{ name: 'rooms', run }],
  targets: ['missing', 'repeated', 'reordered', 'gaps'].map((figure) => ({
    subject: 'rooms',
    figure,
    under: 1,
  })),
  runs: 1,
  seconds: 30,
};

function run({ dir, seconds }: RunOptions): Promise<Figures> {
  const clients = new URL('flaps-process.ts', import.meta.url);
  return withStage<FlapsCalls, Figures>(
    { name: 'rooms', dir, clients },
    async ({ server, clients: crowd, url, secret }) => {
      await crowd.call('connect', { url, tokens: await signTokens(secret, FOLLOWERS + 1) });
      await server.call('start', {});
      const { due, ...figures } = await crowd.call('flap', { ...PACE, seconds });
      const usage = await server.call('stop');
      return {
        ...figures,
        cpuPerDeliveryUs: usage.cpuUs / due,
        loopDelayP99Ms: usage.loopDelayP99Ms,
        loopDelayMaxMs: usage.loopDelayMaxMs,
        rssMb: usage.rssMb,
      };
    },
  );
}
