import type { Tally } from '../tally.ts';
import type { Counts } from './counts.ts';

/** One transaction of the log. */
export interface Commit {
  /** From the first append handed over to the commit known, in milliseconds. */
  readonly ms: number;
  /** Appends in it (count). */
  readonly events: number;
}

/** Where metrics read what they show, when they are asked. */
export interface MetricSources {
  readonly tally: Tally;
  readonly counts: Counts;
  /** Connections that are open. */
  readonly connections: () => number;
  /** Bytes received since the start. */
  readonly bytesReceived: () => number;
}

/** What an operator's monitoring reads of a server. */
export interface Metrics {
  /** The `Content-Type` of what `scrape` gives. */
  readonly contentType: string;
  /** Everything as it stands, as text. */
  scrape(): Promise<string>;
  /** Takes note of a transaction. */
  onCommit(commit: Commit): void;
  /** Ends what watches the process. Safe to call twice. */
  close(): void;
}
