import { afterEach } from 'vitest';
import type { RoomLog } from '../../server/log/room-log.ts';

/** Makes logs for the tests of a suite, and closes each with its test. */
export function openedLogs(create: () => Promise<RoomLog>): () => Promise<RoomLog> {
  const opened: RoomLog[] = [];
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((log) => log.close()));
  });
  return async () => {
    const log = await create();
    opened.push(log);
    return log;
  };
}
