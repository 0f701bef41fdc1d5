import type { Change, HistoryRecord } from '../judge/history.ts';
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
  readonly replyTo?: string | undefined;
}) {
  const { type, data, by, at, position, idempotencyKey: key, replyTo } = event;
  const change = changeOf(type, data);
  const shown = { position, key, by: by.id, value: valueOf(type, data), stamp: at.getTime() };
  if (replyTo !== undefined) return { ...shown, replyTo: offsetOf(replyTo) };
  return change ? { ...shown, change } : shown;
}

/** The offset of a position: its epoch may be another by the time that it is read again. */
export function offsetOf(position: string): number {
  return Number(position.split(':').at(-1));
}

/** Type and data as one text. Of a change the target's offset alone, whose epoch may be another by the time that
 *  it is read again; and of a removal not what the server says of its target. */
export function valueOf(type: string, data: unknown): string {
  if (type !== 'edited' && type !== 'removed') return `${type} ${JSON.stringify(data)}`;
  const { target, of, data: becomes } = data as { target: string; of?: string; data?: unknown };
  const offset = target.split(':').at(-1) ?? '';
  return type === 'removed'
    ? `${type} ${offset}`
    : `${type} ${offset} ${JSON.stringify([of, becomes])}`;
}

function changeOf(type: string, data: unknown): Change | undefined {
  if (type !== 'edited' && type !== 'removed') return undefined;
  const { target, of, data: becomes } = data as { target: string; of: string; data?: unknown };
  return type === 'removed' ? { target } : { target, becomes: valueOf(of, becomes) };
}
