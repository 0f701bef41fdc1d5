import { PUSH, type PushControl, type PushItem, type PushSource } from '../../push.ts';
import type { Outbound } from './outbound.ts';

/** Takes what a stream pushes until it ends or `signal` aborts: no promise per item, and it pauses
 *  while the connection is full. Rejects with the error that the stream ended with. */
export function pushStream(
  source: PushSource,
  options: { outbound: Outbound; send: (item: PushItem) => void; signal: AbortSignal },
): Promise<void> {
  const { outbound, send, signal } = options;
  return new Promise((resolve, reject) => {
    // A stream that has ended already says so before its control is there.
    let control: PushControl | undefined;
    let forgetRoom = () => {};
    function finish(): void {
      forgetRoom();
      signal.removeEventListener('abort', finish);
      control?.stop();
      resolve();
    }
    control = source[PUSH]({
      push: (item) => {
        send(item);
        return !outbound.isFull;
      },
      end: (error) => {
        if (error !== undefined) reject(error);
        finish();
      },
    });
    forgetRoom = outbound.onRoom(() => control.resume());
    signal.addEventListener('abort', finish);
  });
}
