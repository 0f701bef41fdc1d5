import { newKey } from '../client/new-key.ts';
import { createSqliteLog } from '../server/log/sqlite/sqlite-log.ts';
import { chat, DAY } from '../shared/index.ts';
import { startRooms } from './rooms-server.ts';
import type { ServerOptions, SubjectServer } from './subject-server.ts';
import { textOf } from './texts.ts';

/** The room that is large, and what it holds. */
export const BIG_ROOM = { kind: 'chat', id: 'big' } as const;
export const BIG_ROOM_EVENTS = 100_000;

const BATCH = 1_000;
const USERS = 500;
// Room for what is said while it is measured: nothing of the 100,000 is trimmed.
const history = { maxEvents: 2 * BIG_ROOM_EVENTS, maxAgeMs: 30 * DAY };

/** The ready server over a log that holds one large room. */
export async function startBigRoom({ dir, secret }: ServerOptions): Promise<SubjectServer> {
  await fill(dir);
  return startRooms({ dir, secret, rooms: { chat: { ...chat, history } } });
}

/** Through the log's own interface: with keys and checksums, as if it had all been said. */
async function fill(dir: string): Promise<void> {
  const fail = (reason: unknown) => {
    throw reason instanceof Error ? reason : new Error(String(reason));
  };
  const retention = { chat: history };
  const log = await createSqliteLog({
    dir,
    retention,
    onDamage: fail,
    onTrouble: fail,
    onError: fail,
  });
  for (let first = 0; first < BIG_ROOM_EVENTS; first += BATCH) {
    const appends = Array.from({ length: BATCH }, (_, no) => {
      const by = { id: `user-${no % USERS}`, name: `User ${no % USERS}` };
      const data = JSON.stringify({ json: { text: textOf(no, first) } });
      const at = Date.now();
      return log.append({
        room: BIG_ROOM,
        type: 'message',
        data,
        by,
        at,
        idempotencyKey: newKey(),
      });
    });
    await Promise.all(appends);
  }
  await log.close();
}
