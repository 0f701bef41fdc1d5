import type { Page } from 'playwright-core';

/** What the page's main thread did while something went on. */
export interface Tasks {
  /** Milliseconds that the longest of its tasks has computed. Not by the clock on the wall: on a busy machine
   *  a task that waits for a processor would count as long. */
  readonly longestMs: number;
  /** Milliseconds that it has computed in all. */
  readonly totalMs: number;
}

interface TraceEvent {
  readonly name: string;
  readonly pid: number;
  readonly tid: number;
  /** Microseconds of processor time. */
  readonly tdur?: number;
  readonly args?: { readonly name?: string };
}

/** Measures the tasks of the page's main thread while `run` goes on. */
export async function tasksDuring(page: Page, run: () => Promise<void>): Promise<Tasks> {
  const browser = page.context().browser();
  if (!browser) throw new Error('this page is of no browser');
  // Tasks alone: to note what they paint makes them a seventh longer.
  const categories = ['toplevel'];
  await browser.startTracing(page, { categories });
  await run();
  const trace = await browser.stopTracing();
  const { traceEvents } = JSON.parse(trace.toString()) as { traceEvents: TraceEvent[] };
  const threads = traceEvents.filter(
    ({ name, args }) => name === 'thread_name' && args?.name === 'CrRendererMain',
  );
  const ofThreads = threads.map(({ pid, tid }) => {
    const tasks = traceEvents.filter(
      (event) =>
        event.name === 'ThreadControllerImpl::RunTask' && event.pid === pid && event.tid === tid,
    );
    return tasks.map(({ tdur = 0 }) => tdur / 1_000);
  });
  // Of several pages the one that was at work.
  const sums = ofThreads.map((each) => each.reduce((sum, ms) => sum + ms, 0));
  const busiest = ofThreads[sums.indexOf(Math.max(...sums))] ?? [];
  if (busiest.length === 0) throw new Error('no task of the page was seen');
  return { longestMs: Math.max(...busiest), totalMs: busiest.reduce((sum, ms) => sum + ms, 0) };
}
