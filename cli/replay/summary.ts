import type { Skipped } from './chat-log.ts';
import type { Verdict } from './verdict.ts';

/** How a replay went. */
export interface Summary {
  readonly room: string;
  readonly file: string;
  readonly format: string;
  readonly lines: number;
  readonly messages: number;
  readonly speakers: number;
  readonly joins: number;
  readonly leaves: number;
  readonly renames: number;
  readonly skipped: Skipped;
  /** Connections opened for the people of the log. */
  readonly connections: number;
  /** Joins of people who got none, because `--max-connections` were open. */
  readonly unseated: number;
  readonly watchers: number;
  /** Events that the log holds since the watchers began. */
  readonly events: number;
  /** From the first line until the last ack, in milliseconds. */
  readonly durationMs: number;
  readonly messagesPerSecond: number;
  readonly verdict: Verdict;
}

/** The summary for people. */
export function formatSummary(summary: Summary): string {
  const { lines, messages, speakers, joins, leaves, renames, connections, unseated } = summary;
  const seats =
    unseated === 0 ? `${connections}` : `${connections}, none for ${unseated} who joined`;
  const rows: readonly (readonly [string, string])[] = [
    ['room', summary.room],
    ['file', `${summary.file} (${summary.format}), ${lines} lines played`],
    ['skipped', describeSkipped(summary.skipped)],
    ['messages', `${messages} by ${speakers} speakers`],
    ['people', `${joins} joins, ${leaves} leaves, ${renames} nick changes; connections: ${seats}`],
    ['watchers', `${summary.watchers}, events to see: ${summary.events}`],
    [
      'duration',
      `${(summary.durationMs / 1000).toFixed(1)} s, ${summary.messagesPerSecond} messages/s`,
    ],
    ['verdict', describeVerdict(summary.verdict)],
  ];
  return rows.map(([name, text]) => `${name.padEnd(10)} ${text}\n`).join('');
}

/** The verdict in words. */
export function describeVerdict(verdict: Verdict): string {
  if (verdict.state === 'clean') return 'clean';
  return `different: ${verdict.who}, ${verdict.where} ${verdict.what}`;
}

function describeSkipped(skipped: Skipped): string {
  const reasons = Object.entries(skipped).map(([reason, count]) => `${reason}: ${count}`);
  return reasons.length === 0 ? 'nothing' : reasons.join(', ');
}
