/** One line of a chat log that can be played. `atMs`: milliseconds, on any scale that starts no later
 *  than the first line; unset where the log gives no time. */
export type LogLine = {
  /** Where it stands in the file, from 1. */
  readonly number: number;
  readonly atMs?: number | undefined;
  /** The nick of whoever does it. */
  readonly by: string;
} & (
  | { readonly type: 'message' | 'action'; readonly text: string }
  | { readonly type: 'join' | 'leave' }
  | { readonly type: 'nick'; readonly to: string }
);

/** Why a line is not played. */
export type SkipReason =
  | 'blank'
  | 'mode'
  | 'topic'
  | 'not understood'
  | 'empty text'
  | 'text too long'
  | 'unusable name';

/** How many lines are not played, by reason. */
export type Skipped = Partial<Record<SkipReason, number>>;

/** A chat log, read. */
export interface ChatLog {
  readonly format: 'irc' | 'ndjson';
  readonly lines: readonly LogLine[];
  readonly skipped: Skipped;
}

/** A line of a log that makes the whole of it unusable. */
export class LogLineError extends Error {
  override readonly name = 'LogLineError';
  /** From 1. */
  readonly line: number;

  constructor(line: number, message: string) {
    super(message);
    this.line = line;
  }
}

/** Counts one more skipped line. */
export function skip(skipped: Skipped, reason: SkipReason): void {
  skipped[reason] = (skipped[reason] ?? 0) + 1;
}
