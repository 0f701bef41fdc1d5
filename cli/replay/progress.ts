/** How far a replay is. */
export interface Stand {
  readonly lines: number;
  readonly messages: number;
  readonly connections: number;
}

/** Tells how far a replay is, from time to time. */
export interface Progress {
  update(stand: Stand): void;
  /** Removes what stands on the terminal. Safe to call twice. */
  close(): void;
}

const LIVE_MS = 500;
const CALM_MS = 5_000;

/** Tells on stderr, in place on a terminal; with `json` as lines on stdout. */
export function createProgress(options: {
  total: number;
  json: boolean;
  stdout: NodeJS.WritableStream;
  stderr: NodeJS.WritableStream & { readonly isTTY?: boolean };
  now?: () => number;
}): Progress {
  const { total, json, stdout, stderr, now = () => performance.now() } = options;
  const isLive = !json && stderr.isTTY === true;
  const everyMs = isLive ? LIVE_MS : CALM_MS;
  const startedAt = now();
  let toldAt = startedAt;

  const tell = ({ lines, messages, connections }: Stand, elapsedMs: number) => {
    if (json) {
      const line = { type: 'progress', lines, total, messages, connections, elapsedMs };
      stdout.write(`${JSON.stringify(line)}\n`);
      return;
    }
    const perSecond = Math.round((messages / Math.max(1, elapsedMs)) * 1000);
    const text = `${lines} of ${total} lines, ${messages} messages (${perSecond}/s), ${connections} connected`;
    stderr.write(isLive ? `\r\u001B[K${text}` : `${text}\n`);
  };

  return {
    update: (stand) => {
      const at = now();
      if (at - toldAt < everyMs) return;
      toldAt = at;
      tell(stand, Math.round(at - startedAt));
    },
    close: () => {
      if (isLive) stderr.write('\r\u001B[K');
    },
  };
}
