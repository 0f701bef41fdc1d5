import type { RoomHandle } from '../../client/index.ts';
import { type chat, formatPosition, limits, type Position } from '../../shared/index.ts';
import { retry, type Patience } from '../retry.ts';
import { digestOf } from './digest.ts';
import type { Logged } from './verdict.ts';

/** Reads a room's log page by page. */
export interface LogReader {
  /** The messages. */
  readonly events: readonly Logged[];
  /** Of everything, also of what happens to messages. */
  readonly positions: readonly string[];
  /** Of messages that were removed: the log does not show them any more. */
  readonly removed: ReadonlySet<string>;
  /** Reads on to the end, as it is now. @throws RoomError, CliError */
  readOn(): Promise<void>;
}

/** Reads what the log holds after `began`. */
export function createLogReader(
  room: RoomHandle<typeof chat>,
  began: Position,
  patience: Patience,
): LogReader {
  const events: Logged[] = [];
  const positions: string[] = [];
  const removed = new Set<string>();
  let after = formatPosition(began);
  const readPage = async () => {
    const page = await retry(() => room.history({ after, limit: limits.historyPageMax }), patience);
    for (const event of page.events) {
      after = event.position;
      positions.push(after);
      if (event.type === 'removed') removed.add(event.data.target);
      if (event.type !== 'message') continue;
      const { id, position, type, by, data, idempotencyKey } = event;
      events.push({ id, position, digest: digestOf(type, by, data.text), key: idempotencyKey });
    }
    return page.hasMore;
  };
  return {
    events,
    positions,
    removed,
    readOn: async () => {
      while (await readPage());
    },
  };
}
