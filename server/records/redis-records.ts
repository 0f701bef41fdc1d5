import { RoomError } from '../../shared/index.ts';
import { partitionKeys, UNFINISHED_KEY } from '../redis/redis-keys.ts';
import type { RedisLink } from '../redis/redis-link.ts';
import { NOW_MS, script } from '../redis/script.ts';
import {
  checkWrite,
  RECORD_PAGE,
  type RecordChange,
  type RecordRange,
  type Records,
  type StoredRecord,
} from './records.ts';

// A partition is a hash of `version value` by key, a sorted set of the keys, and the newest version. Versions
// are microseconds, or one more than the last: greater than before also where the last one is not known any more.
// What is unfinished stands in one sorted set for all nodes, by when it may be taken over: it is put there and taken
// out in the step of the change itself, so that a node may die at any moment.

const GRACE_MS = 2_000;
const AGAIN_MS = 10_000;
const TAKEN_AT_ONCE = 100;

/** KEYS records, keys, version, unfinished. ARGV `unfinished | finished` or '', partition; then key, version that must
 *  stand there or '', `=value` or '' to remove, and so on. Gives 1, or 0: another version stands there. */
const WRITE = script(`
local function version(key)
  local text = redis.call('HGET', KEYS[1], key)
  return text and tonumber(string.match(text, '^%d+')) or 0
end
for i = 3, #ARGV, 3 do
  if ARGV[i + 1] ~= '' and tonumber(ARGV[i + 1]) ~= version(ARGV[i]) then return 0 end
end
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000000 + tonumber(time[2])
local last = tonumber(redis.call('GET', KEYS[3]) or '') or 0
for i = 3, #ARGV, 3 do
  last = math.max(last + 1, now)
  local value = ARGV[i + 2]
  if value == '' then
    redis.call('HDEL', KEYS[1], ARGV[i])
    redis.call('ZREM', KEYS[2], ARGV[i])
  else
    redis.call('HSET', KEYS[1], ARGV[i], string.format('%.0f ', last) .. string.sub(value, 2))
    redis.call('ZADD', KEYS[2], 0, ARGV[i])
  end
end
redis.call('SET', KEYS[3], string.format('%.0f', last))
-- By then the time alone is greater.
if redis.call('EXISTS', KEYS[1]) == 0 then redis.call('PEXPIRE', KEYS[3], 86400000) end
-- Where others use that key the change is made all the same.
if ARGV[1] == 'unfinished' then
  redis.pcall('ZADD', KEYS[4], math.floor(now / 1000) + ${GRACE_MS}, ARGV[2])
elseif ARGV[1] == 'finished' then
  redis.pcall('ZREM', KEYS[4], ARGV[2])
end
return 1
`);

/** KEYS unfinished. Gives partitions, and puts them off for others. */
const TAKE = script(`${NOW_MS}
local now = nowMs()
local due = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', now, 'LIMIT', 0, ${TAKEN_AT_ONCE})
for _, one in ipairs(due) do redis.call('ZADD', KEYS[1], now + ${AGAIN_MS}, one) end
return due
`);

/** KEYS records, keys. ARGV least, greatest, limit. Gives key and `version value` by turns. */
const LIST = script(`
local found = {}
for _, key in ipairs(redis.call('ZRANGEBYLEX', KEYS[2], ARGV[1], ARGV[2], 'LIMIT', 0, ARGV[3])) do
  local text = redis.call('HGET', KEYS[1], key)
  if text then
    found[#found + 1] = key
    found[#found + 1] = text
  end
end
return found
`);

/** All of them, to be loaded at once. */
export const RECORD_SCRIPTS = [WRITE, TAKE, LIST] as const;

/** Records that many nodes share, in Redis: as safe as the log beside them. */
export function createRedisRecords(link: RedisLink): Records {
  const underway = new Set<Promise<unknown>>();
  let isClosed = false;

  const doing = <T>(act: () => Promise<T>): Promise<T> => {
    if (isClosed) return Promise.reject(new RoomError('LOG_UNAVAILABLE'));
    const promise = act().finally(() => underway.delete(promise));
    underway.add(promise);
    return promise;
  };

  return {
    read: (partition, key) =>
      doing(async () => {
        const text = await link.command(['HGET', partitionKeys(partition)('records'), key]);
        return typeof text === 'string' ? parseRecord(key, text) : undefined;
      }),
    list: (partition, range = {}) => doing(() => list(link, partition, range)),
    write: (partition, changes, isUnfinished) =>
      doing(() => write(link, partition, changes, isUnfinished)),
    takeUnfinished: () =>
      doing(async () => (await link.run(TAKE, [UNFINISHED_KEY], [])) as string[]),
    close: async () => {
      isClosed = true;
      await Promise.allSettled(underway);
    },
  };
}

async function list(
  link: RedisLink,
  partition: string,
  { prefix = '', after = '', limit = RECORD_PAGE }: RecordRange,
): Promise<StoredRecord[]> {
  const keyOf = partitionKeys(partition);
  const least = after >= prefix ? `(${after}` : `[${prefix}`;
  // Behind every character that a key may hold.
  const args = [after === '' && prefix === '' ? '-' : least, `(${prefix}\u007f`, limit];
  const reply = await link.run(LIST, [keyOf('records'), keyOf('keys')], args);
  const items = reply as string[];
  const records: StoredRecord[] = [];
  for (let index = 0; index < items.length; index += 2) {
    records.push(parseRecord(items[index] ?? '', items[index + 1] ?? ''));
  }
  return records;
}

async function write(
  link: RedisLink,
  partition: string,
  changes: readonly RecordChange[],
  isUnfinished: boolean | undefined,
): Promise<boolean> {
  checkWrite(partition, changes);
  const keyOf = partitionKeys(partition);
  const keys = [keyOf('records'), keyOf('keys'), keyOf('version'), UNFINISHED_KEY];
  const args = changes.flatMap(({ key, expected, value }) => [
    key,
    expected === undefined ? '' : String(expected),
    value === null ? '' : `=${value}`,
  ]);
  return (await link.run(WRITE, keys, [endOf(isUnfinished), partition, ...args])) === 1;
}

function endOf(isUnfinished: boolean | undefined): string {
  if (isUnfinished === undefined) return '';
  return isUnfinished ? 'unfinished' : 'finished';
}

/** @throws RoomError LOG_DAMAGED */
function parseRecord(key: string, text: string): StoredRecord {
  const end = text.indexOf(' ');
  const version = Number(text.slice(0, Math.max(0, end)));
  if (end <= 0 || !Number.isSafeInteger(version)) throw new RoomError('LOG_DAMAGED');
  return { key, value: text.slice(end + 1), version };
}
