import { ErrorReply } from '@redis/client';
import type { Clock } from '../clock.ts';

// Not at once: whatever stands there may say the same again.
const PAUSE_MS = 300;

/** Could what came over an open connection not be read? The client passes over it and goes on; from then on nobody
 *  knows which command an answer belongs to, or what was not heard. */
export function isGarbled(client: { readonly isReady: boolean }, error: unknown): boolean {
  return client.isReady && !(error instanceof ErrorReply);
}

/** Leaves a connection, refusing what waits for its answers, and has another made a moment later if it `isWanted`
 *  still. */
export function connectAnew(
  client: { destroy(): void; connect(): Promise<unknown> },
  { clock, isWanted }: { readonly clock: Clock; readonly isWanted: () => boolean },
): void {
  client.destroy();
  clock.after(PAUSE_MS, () => {
    // Why it fails is heard as an error; it goes on trying by itself.
    if (isWanted()) client.connect().catch(() => {});
  });
}
