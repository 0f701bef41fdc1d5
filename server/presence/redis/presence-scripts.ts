import { DAY, MINUTE } from '../../../shared/index.ts';
import { NOW_MS, script } from '../../redis/script.ts';

// The people of a room are a hash. `@` is the life of the hash and a count of its changes; `m` and a member's id is
// his seat: when it was taken (microseconds, on Redis's clock), the node that keeps it, and JSON (seat-text.ts).
// A change is told on the room's channel with its number: whoever sees one left out reads the hash.
// Whoever wants to know which nodes live asks BEAT. Beside it, for each kind, the ids of its rooms whose hash has a
// seat: of those of dead nodes too, until somebody looks.
const LIST = `
local function list()
  if redis.call('HLEN', KEYS[1]) > 1 then
    redis.call('ZADD', KEYS[2], 0, ARGV[1])
    redis.call('PEXPIRE', KEYS[2], ${DAY})
  else
    redis.call('ZREM', KEYS[2], ARGV[1])
  end
end`;

/** KEYS people, occupied. ARGV room's id, fresh life, node, `all` of the node's seats or `some`, channel, how many
 *  seats, then member, when or '', JSON for each of them, then member and reason of those that are no more. */
export const SYNC = script(`${LIST}
local life, version = string.match(redis.call('HGET', KEYS[1], '@') or '', '^(%S+) (%d+)$')
if not life then
  redis.call('DEL', KEYS[1])
  life, version = ARGV[2], 0
end
local node, sets, gone, listed = ARGV[3], {}, {}, {}
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000000 + tonumber(time[2])
local at = 7
for _ = 1, tonumber(ARGV[6]) do
  local field, no, text = 'm' .. ARGV[at], ARGV[at + 1], ARGV[at + 2]
  local old = redis.call('HGET', KEYS[1], field)
  if no == '' then
    no = old and string.match(old, '^(%d+) ') or string.format('%.0f', now)
    now = now + 1
  end
  local value = no .. ' ' .. node .. ' ' .. text
  if old ~= value then
    redis.call('HSET', KEYS[1], field, value)
    sets[#sets + 1] = ARGV[at]
    sets[#sets + 1] = value
  end
  listed[field] = true
  at = at + 3
end
local function forget(id, reason)
  if redis.call('HDEL', KEYS[1], 'm' .. id) == 0 then return end
  gone[#gone + 1] = id
  gone[#gone + 1] = reason
end
while at < #ARGV do
  forget(ARGV[at], ARGV[at + 1])
  at = at + 2
end
if ARGV[4] == 'all' then
  local all = redis.call('HGETALL', KEYS[1])
  for i = 1, #all, 2 do
    local its = string.match(all[i + 1], '^%d+ (%S+) ')
    if its == node and not listed[all[i]] then forget(string.sub(all[i], 2), '') end
  end
end
if #sets == 0 and #gone == 0 then
  redis.call('PEXPIRE', KEYS[1], ${DAY})
  list()
  return 0
end
version = string.format('%d', tonumber(version) + 1)
redis.call('HSET', KEYS[1], '@', life .. ' ' .. version)
list()
-- Where nobody is left there is nothing to keep: every user has a room of his own.
redis.call('PEXPIRE', KEYS[1], redis.call('HLEN', KEYS[1]) > 1 and ${DAY} or ${MINUTE})
redis.call('SPUBLISH', ARGV[5], 'p' .. cjson.encode({
  life = life, version = version, node = node, sets = sets, gone = gone }))
return 1
`);

/** KEYS people. Gives life, count of changes, and field and value by turns. */
export const PEOPLE = script(`
local all, flat, life, version = redis.call('HGETALL', KEYS[1]), {}, '', '0'
for i = 1, #all, 2 do
  if all[i] == '@' then
    life, version = string.match(all[i + 1], '^(%S+) (%d+)$')
  else
    flat[#flat + 1] = all[i]
    flat[#flat + 1] = all[i + 1]
  end
end
return {life or '', version or '0', flat}
`);

/** KEYS people, occupied, nodes. ARGV room's id, node that is dead. All know, nobody is told. Gives 1, or 0: it is there
 *  again, and so are its seats. */
export const BURY = script(`${NOW_MS}
${LIST}
if tonumber(redis.call('ZSCORE', KEYS[3], ARGV[2]) or 0) > nowMs() then return 0 end
local all = redis.call('HGETALL', KEYS[1])
for i = 1, #all, 2 do
  if string.match(all[i + 1], '^%d+ (%S+) ') == ARGV[2] then redis.call('HDEL', KEYS[1], all[i]) end
end
list()
return 1
`);

/** KEYS people, occupied. ARGV room's id. Gives life and count of changes, as they stand, of a room that somebody is
 *  in, and keeps it for another day. */
export const LOOK = script(`${LIST}
local at = redis.call('HGET', KEYS[1], '@')
if at then redis.call('PEXPIRE', KEYS[1], ${DAY}) end
list()
return at or ''
`);

/** KEYS nodes. ARGV node, milliseconds for which it is to count as alive. Those whose time is over are removed,
 *  itself too. Gives 1 if it was still there, otherwise 0; then node and milliseconds left by turns. */
export const BEAT = script(`${NOW_MS}
local now = nowMs()
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
local was = redis.call('ZSCORE', KEYS[1], ARGV[1])
redis.call('ZADD', KEYS[1], now + tonumber(ARGV[2]), ARGV[1])
redis.call('PEXPIRE', KEYS[1], ${DAY})
local all, reply = redis.call('ZRANGE', KEYS[1], 0, -1, 'WITHSCORES'), { was and 1 or 0 }
for i = 1, #all, 2 do
  reply[#reply + 1] = all[i]
  reply[#reply + 1] = tonumber(all[i + 1]) - now
end
return reply
`);

/** All of them, to be loaded at once. */
export const PRESENCE_SCRIPTS = [SYNC, PEOPLE, BURY, LOOK, BEAT] as const;
