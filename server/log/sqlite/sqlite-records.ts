import { RoomError } from '../../../shared/index.ts';
import { checkWrite, type Records } from '../../records/records.ts';
import type { GroupCommit } from './group-commit.ts';
import type { RecordReader } from './record-reader.ts';
import type { RecordWrite } from './record-writer.ts';
import { unavailable, type WriterPort } from './writer-port.ts';

// Writes in one transaction.
const MAX_BATCH = 1_000;

interface Waiting {
  readonly write: RecordWrite;
  readonly resolve: (isDone: boolean) => void;
  readonly reject: (error: unknown) => void;
}

/** Records in the log's own database, through its one writer. All writes that wait when the writer gets
 *  to them are one transaction, which takes turns with those of the log. */
export function sqliteRecords(parts: {
  readonly group: Pick<GroupCommit<never, never>, 'exclusive'>;
  readonly writer: Pick<WriterPort, 'ask'>;
  readonly reader: RecordReader;
  /** Looks at the database, and waits until the mark vouches for what was seen. */
  readonly look: <T>(read: () => T) => Promise<T>;
  /** Hears of the commits that the mark vouches for. */
  readonly onMarked: (commits: number) => void;
  /** Passes a write on, and notes how it ends. */
  readonly watch: <T>(write: Promise<T>) => Promise<T>;
  readonly isClosed: () => boolean;
  readonly close: () => Promise<void>;
}): Records {
  const { group, writer, reader, look, watch, onMarked, isClosed } = parts;
  let waiting: Waiting[] = [];
  let isScheduled = false;

  const demandOpen = () => {
    if (isClosed()) throw new RoomError('LOG_UNAVAILABLE');
  };
  const schedule = () => {
    if (isScheduled) return;
    isScheduled = true;
    void group.exclusive(async () => {
      isScheduled = false;
      await commit(waiting.splice(0, MAX_BATCH));
      if (waiting.length > 0) schedule();
    });
  };
  const commit = async (batch: readonly Waiting[]) => {
    try {
      const writes = JSON.stringify(batch.map(({ write }) => write));
      const reply = await watch(writer.ask({ type: 'records', writes }, 'recorded'));
      const { done, unmarked } = reply;
      // Stored, not acknowledged: `expected` finds out.
      if (unmarked !== undefined) throw unavailable(unmarked);
      onMarked(reply.marked);
      for (const [index, { resolve, reject }] of batch.entries()) {
        if (done[index] === 'damaged') reject(new RoomError('LOG_DAMAGED'));
        else resolve(done[index] === true);
      }
    } catch (error) {
      for (const { reject } of batch) reject(error);
    }
  };

  return {
    read: async (partition, key) => {
      demandOpen();
      return look(() => reader.read(partition, key));
    },
    list: async (partition, range = {}) => {
      demandOpen();
      return look(() => reader.list(partition, range));
    },
    write: async (partition, changes) => {
      demandOpen();
      checkWrite(partition, changes);
      return new Promise((resolve, reject) => {
        waiting.push({ write: { partition, changes }, resolve, reject });
        schedule();
      });
    },
    close: parts.close,
  };
}
