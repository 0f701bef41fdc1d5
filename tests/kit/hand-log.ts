import type { RoomLog } from '../../server/log/room-log.ts';

/** A log whose news and answers wait until the test lets them go: every interleaving of commit,
 *  announcement and read can be written down. */
export interface HandLog {
  readonly log: RoomLog;
  /** Lets the oldest waiting announcement go. False when none waits. */
  announce(): boolean;
  /** Lets the oldest waiting read have its answer, as it was when it was asked. False when none waits. */
  answer(): boolean;
}

/** Puts a real log under the test's hands. */
export function handLog(inner: RoomLog): HandLog {
  const announcements: (() => void)[] = [];
  const answers: (() => void)[] = [];
  const next = (queue: (() => void)[]) => {
    const go = queue.shift();
    go?.();
    return go !== undefined;
  };
  return {
    log: {
      ...inner,
      follow: (room, follower) =>
        inner.follow(room, (...told) => announcements.push(() => follower(...told))),
      read: async (room, range) => {
        const page = await inner.read(room, range);
        await new Promise<void>((resolve) => answers.push(resolve));
        return page;
      },
    },
    announce: () => next(announcements),
    answer: () => next(answers),
  };
}

/** Resolves when everything that can run without the test's help has run. */
export async function settle(): Promise<void> {
  // Two turns: between two pages a feed lets one pass.
  for (let turn = 0; turn < 2; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}
