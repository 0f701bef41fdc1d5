import type { ServerResponse } from 'node:http';
import type { Clock } from '../clock.ts';
import type { Problem } from './problem.ts';
import { toJson } from './to-json.ts';

/** What a stream of events is written with. */
export interface EventStreamOptions {
  readonly clock: Clock;
  /** What a failure in the middle becomes. */
  readonly problemOf: (error: unknown) => Problem;
}

// Proxies cut streams that are silent.
const PING_MS = 15_000;
/** What a client waits before it comes back, in milliseconds. */
const RETRY_MS = 2_000;

type Tracked = readonly [id: string, data: unknown, ...rest: unknown[]];

/** Writes frames as server-sent events, each with its id, until the feed ends or the reader goes. It takes the next
 *  frame when the last one has left: a slow reader is served from the log later (RES5). */
export async function writeEventStream(
  res: ServerResponse,
  frames: AsyncIterable<Tracked>,
  { clock, problemOf }: EventStreamOptions,
): Promise<void> {
  res.writeHead(200, {
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    'x-accel-buffering': 'no',
  });
  res.write(`retry: ${RETRY_MS}\n\n`);
  const stopPings = pingEvery(res, clock);
  try {
    for await (const [id, frame] of frames) {
      if (res.destroyed) break;
      const hasRoom = res.write(`id: ${id}\ndata: ${toJson(frame)}\n\n`);
      if (!hasRoom) await drained(res);
    }
  } catch (error) {
    const { reason, detail, more } = problemOf(error);
    res.write(`event: problem\ndata: ${toJson({ reason, detail, ...more })}\n\n`);
  } finally {
    stopPings();
    res.end();
  }
}

function pingEvery(res: ServerResponse, clock: Clock): () => void {
  let cancel = () => {};
  const ping = () => {
    // A comment; whoever does not read what is there needs none.
    if (!res.writableNeedDrain) res.write(': ping\n\n');
    cancel = clock.after(PING_MS, ping);
  };
  cancel = clock.after(PING_MS, ping);
  return () => cancel();
}

/** Resolves when what was written has left, or the reader has gone: one that has stopped the server cuts (TRN4). */
async function drained(res: ServerResponse): Promise<void> {
  if (res.destroyed) return;
  await new Promise<void>((resolve) => {
    const settle = () => {
      res.off('drain', settle);
      res.off('close', settle);
      resolve();
    };
    res.on('drain', settle);
    res.on('close', settle);
  });
}
