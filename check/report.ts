import type { Failure } from './failure.ts';
import type { Anomaly } from './judge/anomaly.ts';
import type { HistoryRecord } from './judge/history.ts';
import { lineText } from './line-text.ts';
import { percentilesOf } from './percentiles.ts';
import type { Totals } from './totals.ts';

// A longer history helps nobody: the plan is there to run it again.
const MOST_LINES = 60;
const MOST_ANOMALIES = 10;

/** What was found, as lines for people. A simulated world has a time of its own, and people who rest
 *  between two events: how long it took there until things worked again says nothing. */
export function totalsText(title: 'Simulated' | 'Real', totals: Totals, tookMs: number): string {
  const { counts, starts } = totals;
  const recovery = title === 'Real' ? totals.recovery : {};
  const acked = counts['acked'] ?? 0;
  const perSecond = Math.round((acked / Math.max(1, tookMs)) * 1_000);
  const rows = [
    `${title}: ${totals.runs} ${totals.runs === 1 ? 'run' : 'runs'} in ${(tookMs / 1_000).toFixed(1)} s`,
    `  acks          ${acked} for ${counts['sent'] ?? 0} events (${perSecond} a second), ${counts['retried'] ?? 0} attempts without one`,
    `  shown         ${counts['saw'] ?? 0} events; streams began ${listText(starts) || 'never'}`,
    `  faults        ${listText(totals.faults) || 'none'}`,
    ...Object.entries(recovery).map(([fault, samples]) => `  ${recoveryText(fault, samples)}`),
    `  beside        ${counts['access'] ?? 0} lines on who may be where, ${counts['reacting'] ?? 0} on reactions`,
    `  unchecked     ${totals.unchecked} (trimmed before anybody could look)`,
    `  verdict       ${verdictText(totals)}`,
  ];
  return `${rows.join('\n')}\n`;
}

/** What went wrong, as lines for people. */
export function failureText({ plan, anomalies, history }: Failure): string {
  const { steps, ...knobs } = plan;
  return [
    `The smallest plan that was found to go wrong, ${steps.length} steps:`,
    `  ${JSON.stringify(knobs)}`,
    ...steps.map((step) => `  ${JSON.stringify(step)}`),
    'What happened:',
    ...(history.length > MOST_LINES ? [`  (${history.length - MOST_LINES} lines left out)`] : []),
    ...history.slice(-MOST_LINES).map((record) => `  ${lineText(record)}`),
    anomaliesText(anomalies),
  ].join('\n');
}

/** The end of a history, as lines for people. */
export function tailText(history: readonly HistoryRecord[]): string {
  return ['What happened:', ...history.map((record) => `  ${lineText(record)}`), ''].join('\n');
}

/** Anomalies, as lines for people. */
export function anomaliesText(anomalies: readonly Anomaly[]): string {
  const lines = anomalies
    .slice(0, MOST_ANOMALIES)
    .map(
      ({ kind, at, room, what }) =>
        `  ${kind} at ${(at / 1_000).toFixed(3)} s${room === undefined ? '' : ` in ${room}`}: ${what}`,
    );
  return ['What is wrong:', ...lines, ''].join('\n');
}

function verdictText({ anomalies, counts }: Totals): string {
  if (anomalies > 0) return `${anomalies} anomalies`;
  const acked = counts['acked'] ?? 0;
  // No loss in n acks bounds the true rate at 3/n with 95 % confidence (rule of three).
  const bound =
    acked > 0 ? `; at most ${(3 / acked).toExponential(1)} of acks can be wrong, at 95 %` : '';
  return `0 anomalies${bound}`;
}

function recoveryText(fault: string, samples: readonly number[]): string {
  const { p50, p99, most } = percentilesOf(samples);
  const times = `${p50} ms (p50), ${p99} ms (p99), ${most} ms (most)`;
  return `after ${fault}`.padEnd(30) + `acks again in ${times}`;
}

function listText(counts: Readonly<Record<string, number>>): string {
  return Object.entries(counts)
    .map(([name, count]) => `${name} ${count}`)
    .join(', ');
}
