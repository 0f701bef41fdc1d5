import { RoomError } from '../../shared/index.ts';
import {
  checkWrite,
  RECORD_PAGE,
  type RecordChange,
  type RecordRange,
  type Records,
  type StoredRecord,
} from './records.ts';

interface Partition {
  readonly records: Map<string, StoredRecord>;
  /** The keys in order, made when a list is asked for. */
  order: readonly string[] | undefined;
}

/** Records that live and die with the process. */
export function createMemoryRecords(): Records {
  const partitions = new Map<string, Partition>();
  let version = 0;
  let isClosed = false;

  const demandOpen = () => {
    if (isClosed) throw new RoomError('LOG_UNAVAILABLE');
  };
  const write = (name: string, changes: readonly RecordChange[]): boolean => {
    demandOpen();
    checkWrite(name, changes);
    const partition = partitions.get(name) ?? { records: new Map(), order: undefined };
    const { records } = partition;
    const isAsExpected = ({ key, expected }: RecordChange) =>
      expected === undefined || expected === (records.get(key)?.version ?? 0);
    if (!changes.every(isAsExpected)) return false;
    for (const { key, value } of changes) {
      if (records.has(key) !== (value !== null)) partition.order = undefined;
      if (value === null) records.delete(key);
      else records.set(key, { key, value, version: (version += 1) });
    }
    if (records.size > 0) partitions.set(name, partition);
    else partitions.delete(name);
    return true;
  };

  return {
    read: async (name, key) => {
      demandOpen();
      return partitions.get(name)?.records.get(key);
    },
    list: async (name, range = {}) => {
      demandOpen();
      return slice(partitions.get(name), range);
    },
    write: async (name, changes) => write(name, changes),
    close: async () => {
      isClosed = true;
    },
  };
}

function slice(partition: Partition | undefined, range: RecordRange): StoredRecord[] {
  if (!partition) return [];
  const { prefix = '', after = '', limit = RECORD_PAGE } = range;
  partition.order ??= [...partition.records.keys()].toSorted(byCharacters);
  const { order, records } = partition;
  const found: StoredRecord[] = [];
  for (let index = firstBehind(order, prefix, after); found.length < limit; index += 1) {
    const record = records.get(order[index] ?? '');
    if (!record?.key.startsWith(prefix)) break;
    found.push(record);
  }
  return found;
}

/** Where the first key stands that is `prefix` or later, and later than `after`. */
function firstBehind(order: readonly string[], prefix: string, after: string): number {
  let [low, high] = [0, order.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    const key = order[middle] ?? '';
    if (key < prefix || key <= after) low = middle + 1;
    else high = middle;
  }
  return low;
}

function byCharacters(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
