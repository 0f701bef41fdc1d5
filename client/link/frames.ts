import { clientLimits } from '../../shared/client-limits.ts';

/** Most calls put into one frame (TRN6): a server refuses those beyond. */
export const CALLS_PER_FRAME = 32;
/** Most bytes put into one frame: a server cuts whoever sends more, or refuses it. */
export const FRAME_BYTES = clientLimits.messageBytes;

const encoder = new TextEncoder();

/** Length of a text on the wire, in bytes. */
export function byteLength(text: string): number {
  return encoder.encode(text).length;
}

/** Puts messages into as few frames as the server's limits allow, in order: however many calls one
 *  turn makes, and however many rooms are followed anew after a reconnect, no frame is refused.
 *  A message that is too large by itself gets a frame of its own. */
export function packFrames(
  messages: readonly string[],
  { maxCalls = CALLS_PER_FRAME, maxBytes = FRAME_BYTES } = {},
): string[] {
  const frames: string[] = [];
  let batch: string[] = [];
  // The brackets, and a comma for each message but the first.
  let bytes = 1;
  const close = () => {
    const [first] = batch;
    if (first !== undefined) frames.push(batch.length === 1 ? first : `[${batch.join(',')}]`);
    batch = [];
    bytes = 1;
  };
  for (const message of messages) {
    const size = byteLength(message) + 1;
    if (batch.length >= maxCalls || bytes + size > maxBytes) close();
    batch.push(message);
    bytes += size;
  }
  close();
  return frames;
}
