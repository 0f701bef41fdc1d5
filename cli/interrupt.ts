// Ctrl-C reaches every process of a terminal, and npm and the starter pass it on as well: the same
// keystroke may arrive two or three times.
const SAME_KEYSTROKE_MS = 250;

const CODES = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const;

/** Listens for SIGHUP, SIGINT and SIGTERM. The first aborts the signal that is returned; a second one later
 *  than that exits at once, with 129, 130 or 143. */
export function listenForInterrupts(
  exit: (code: number) => void,
  now: () => number = () => performance.now(),
): AbortSignal {
  const controller = new AbortController();
  let firstAt: number | undefined;
  for (const name of ['SIGHUP', 'SIGINT', 'SIGTERM'] as const) {
    process.on(name, () => {
      if (firstAt === undefined) {
        firstAt = now();
        controller.abort(name);
      } else if (now() - firstAt > SAME_KEYSTROKE_MS) exit(CODES[name]);
    });
  }
  return controller.signal;
}

/** Resolves when the signal aborts. */
export function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
