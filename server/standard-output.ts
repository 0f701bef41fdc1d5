import { constants, openSync, writeSync } from 'node:fs';

/** Standard output, as writes that never wait for its reader: they take what they can. */
export function standardOutput(): (bytes: Uint8Array) => number {
  // To ask for the stream has Node make a pipe or a socket non-blocking. Files do not wait.
  const file = process.stdout.isTTY ? reopened() : 1;
  return (bytes) => writeSync(file, bytes);
}

/** A terminal of which somebody has stopped the output (Ctrl-S) would hold the writer up for as long. */
function reopened(): number {
  const { O_WRONLY, O_NONBLOCK, O_NOCTTY } = constants;
  try {
    return openSync('/proc/self/fd/1', O_WRONLY | O_NONBLOCK | O_NOCTTY);
  } catch {
    return 1;
  }
}
