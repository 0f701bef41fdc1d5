import type { PeopleCalls } from './people-process.ts';
import type { Figures, RunOptions, Scenario } from './scenario.ts';
import { withStage } from './stage.ts';
import { signTokens } from './tokens.ts';

const MEMBERS = 2_000;
const STAYING = 400;
const FLAPS = 1_000;
const GONE_MS = 2_000;

/** A room that fills within seconds, empties, and then lives on bad lines. */
export const people: Scenario = {
  name: 'people',
  summary: `${MEMBERS} SDK clients join one room within the time, ${STAYING} stay, ${FLAPS} flaps of ${GONE_MS / 1000} s`,
  subjects: [{ name: 'rooms', run }],
  targets: [
    { subject: 'rooms', figure: 'mostFramesPerSecond', under: 21 },
    ...[
      'wrongViews',
      'wrongViewsAfterLeaving',
      'wrongViewsAfterFlaps',
      'leavesSeen',
      'joinsSeen',
    ].map((figure) => ({ subject: 'rooms', figure, under: 1 })),
    { subject: 'rooms', figure: 'listed', atLeast: MEMBERS },
    { subject: 'rooms', figure: 'returns', atLeast: FLAPS },
  ],
  runs: 1,
  seconds: 10,
};

function run({ dir, seconds }: RunOptions): Promise<Figures> {
  const clients = new URL('people-process.ts', import.meta.url);
  return withStage<PeopleCalls, Figures>(
    { name: 'rooms', dir, clients },
    async ({ server, clients: crowd, url, secret }) => {
      const tokens = await signTokens(secret, MEMBERS);
      await server.call('start', {});
      const arrival = await crowd.call('arrive', { url, tokens, seconds });
      const { cpuUs, loopDelayP99Ms, loopDelayMaxMs, rssMb } = await server.call('stop');
      const leaving = await crowd.call('dwindle', { stay: STAYING });
      const flapping = await crowd.call('flap', { flaps: FLAPS, goneMs: GONE_MS, seconds: 30 });
      const usage = { arrivalCpuMs: cpuUs / 1000, loopDelayP99Ms, loopDelayMaxMs, rssMb };
      return { ...arrival, ...leaving, ...flapping, ...usage };
    },
  );
}
