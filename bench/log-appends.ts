import { Remote } from './remote.ts';
import type { LogCalls, LogRun } from './log-process.ts';
import type { Scenario, Subject } from './scenario.ts';
import { withTempDir } from './temp-dir.ts';

const CALLERS = 50;

/** What the log alone can take: no sockets, no procedures. */
export const logAppends: Scenario = {
  name: 'log-appends',
  summary: `acked appends to one room from ${CALLERS} callers, each with one in flight`,
  subjects: [subject('disk'), subject('memory')],
  targets: [
    { subject: 'disk', figure: 'appendsPerSecond', atLeast: 5_000 },
    { subject: 'disk', figure: 'loopDelayP99Ms', under: 20 },
  ],
};

function subject(form: LogRun['form']): Subject {
  return {
    name: form,
    run: ({ dir: base, seconds, warmUpSeconds }) =>
      withTempDir(base, async (dir) => {
        const remote = Remote.fork<LogCalls>(new URL('log-process.ts', import.meta.url));
        try {
          return await remote.call('run', { form, dir, callers: CALLERS, warmUpSeconds, seconds });
        } finally {
          await remote.end();
        }
      }),
  };
}
