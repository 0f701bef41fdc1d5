/** What a server counts where nothing is hot: connections that come and go, what is refused. `Tally` has what
 *  the hot path counts. */
export interface Counts {
  /** Connections that were opened. */
  opened: number;
  /** Connections that ended, by close code: one of ours or of the RFC, `other` for what clients make up. */
  readonly closed: Map<string, number>;
  /** Upgrades that were refused, by HTTP status. */
  readonly upgradesRefused: Map<string, number>;
  /** Calls that were refused or failed, by the code of the table of errors. */
  readonly callsRefused: Map<string, number>;
  /** Connections cut within a message that did not come to its end. */
  lateMessages: number;
  /** Bytes received on connections that are gone. */
  bytesReceivedByGone: number;
}

/** Starts to count at nothing. */
export function createCounts(): Counts {
  return {
    opened: 0,
    closed: new Map(),
    upgradesRefused: new Map(),
    callsRefused: new Map(),
    lateMessages: 0,
    bytesReceivedByGone: 0,
  };
}

/** Counts one more under a name. The names must be few: each is a time series for ever. */
export function countOne(counts: Map<string, number>, name: string | number): void {
  counts.set(String(name), (counts.get(String(name)) ?? 0) + 1);
}
