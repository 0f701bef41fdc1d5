import type { HistoryRecord } from '../judge/history.ts';
import type { Random } from '../random.ts';
import type { Subject } from '../subject.ts';

/** A line of the history before it has its time. */
export type Line = HistoryRecord extends infer R
  ? R extends unknown
    ? Omit<R, 'at'>
    : never
  : never;

/** What everybody in a run acts on, be it simulated or real. */
export interface Stage {
  readonly subject: Subject;
  /** Writes a line of the history: now. */
  readonly record: (line: Line) => void;
  readonly random: Random;
  /** Resolves after `ms`, or never once the run is over. */
  readonly sleep: (ms: number) => Promise<void>;
  /** Has the run waited long enough? What has no answer yet is given up. */
  readonly isOver: () => boolean;
}

/** Reads an event as the history tells it. */
export function shownOf(event: {
  readonly type: string;
  readonly data?: unknown;
  readonly by: { readonly id: string };
  readonly at: Date;
  readonly position: string;
  readonly idempotencyKey?: string | undefined;
}) {
  const { type, data, by, at, position, idempotencyKey: key } = event;
  return { position, key, by: by.id, value: valueOf(type, data), stamp: at.getTime() };
}

/** Type and data as one text. */
export function valueOf(type: string, data: unknown): string {
  return `${type} ${JSON.stringify(data)}`;
}
