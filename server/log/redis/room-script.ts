import { DAY } from '../../../shared/index.ts';

// A room is
//   meta   its epoch `e`, the newest offset `o`, the oldest kept `f`, the line `l` that its offsets belong to, and in
//          which process of Redis it was last used: `r` is `kept` if all there is sure to outlive that process,
//          which `p` names then; otherwise `r` is its name
//   log    its events by offset (see stored-text.ts). A hash and no stream: a stream keeps the content of what is
//          deleted from it until the neighbours go too, and LOG5 does not allow that
//   about  which events are about which: `about type offset`, padded so that their order is the order of offsets
//   key:…  `offset at line digest` for each idempotency key, a day long
// Rooms with events that have an age stand in one sorted set for all nodes, by when their oldest is past it.
// Every script begins with `enter`. Anybody may name rooms, so what only reads leaves nothing behind of one without
// meta. It is told the epoch under which that would begin now: a name that all rooms share which begin on one day, so
// that who stands there at 0 goes on without a gap when it does (RES3). No room has an epoch twice: the meta of one
// that had events stays for two days and more, and the name changes with the day, and when Redis may have lost
// something. A name that somebody stands at is good on the next day too, because no room can have come and gone since.
// A room that may have lost its tail since it was last used goes on under another epoch. Nodes need not agree on
// whether Redis keeps all (a setting was changed, or only some may ask for it): within a process, one that doubts it
// is believed.
/** What every script of a room's log begins with. */
export const SHARED = `
local function enter_life(key, e, r, p, life, fresh)
  local run, how = string.match(life, '^(%S+) ?(%S*)$')
  if r == run then return e end
  if r == 'kept' and how == 'kept' then
    if p ~= run then redis.call('HSET', key, 'p', run) end
    return e
  end
  if r ~= 'kept' or p ~= run or how == 'promoted' then e = fresh end
  redis.call('HSET', key, 'e', e, 'r', how == 'kept' and how or run, 'p', run)
  return e
end
local function enter(life, fresh)
  local m = redis.call('HMGET', KEYS[1], 'e', 'l', 'o', 'f', 'r', 'p')
  local e, l, o, f = m[1], m[2], tonumber(m[3] or ''), tonumber(m[4] or '')
  if not (e and l and o and f) then
    -- Was it anything, nobody knows what its epoch was.
    if redis.call('DEL', KEYS[1], KEYS[2], KEYS[3]) > 0 then redis.call('DEL', KEYS[4]) end
    return nil, nil, 0, 1
  end
  e = enter_life(KEYS[1], e, m[5], m[6], life, fresh)
  -- A room outlives its log by a day: then it has nothing to show but its place, and goes on behind it (RES3).
  if o >= f and redis.call('EXISTS', KEYS[2]) == 0 then
    f = o + 1
    redis.call('HSET', KEYS[1], 'f', f)
  end
  return e, l, o, f
end
local function beginning(life, fresh, stands)
  local m = redis.call('HMGET', KEYS[4], 'e', 'r', 'p')
  local e = enter_life(KEYS[4], m[1] or fresh, m[2], m[3], life, fresh)
  local today = math.floor(tonumber(redis.call('TIME')[1]) / 86400)
  local of, day = string.match(stands, '^(.+)%-(%d+)$')
  if of == e and (tonumber(day) == today or tonumber(day) == today - 1) then return stands end
  return e .. '-' .. string.format('%d', today)
end
local function make(e, life, fresh)
  redis.call('HSET', KEYS[1], 'e', e, 'l', fresh, 'o', 0, 'f', 1)
  enter_life(KEYS[1], e, nil, nil, life, e)
  redis.call('PEXPIRE', KEYS[1], ${DAY})
  return fresh
end
local function place(about, type)
  return string.format('%016d %s ', about, type)
end
-- Trimming removes what is too old. Where no node does it Redis does, a day later: a node that begins with a longer
-- retention must still find what was to go. age: how old events become, 0: as old as they like; now_old: how old
-- the newest is.
local function live(age, now_old)
  if age > 0 then
    local left = age - math.max(0, math.min(now_old, age)) + ${DAY}
    redis.call('PEXPIRE', KEYS[1], left + ${DAY})
    for at = 2, 3 do redis.call('PEXPIRE', KEYS[at], left) end
  else
    for at = 1, 3 do redis.call('PERSIST', KEYS[at]) end
  end
end
local function forget(offset)
  local text = redis.call('HGET', KEYS[2], offset)
  if not text then return end
  local type, about = string.match(text, '^(%S+) %S+ %d+ (%d+) ')
  if about then
    redis.call('ZREM', KEYS[3], place(tonumber(about), type) .. string.format('%016d', offset))
  end
  redis.call('HDEL', KEYS[2], offset)
end
`;

/** And what those that erase have besides. */
export const ERASING = `
local function erase(offset, line, keys)
  local text = redis.call('HGET', KEYS[2], offset)
  if not text then return false end
  local head = string.match(text, '^[^\\n]*')
  redis.call('HSET', KEYS[2], offset, head)
  local user, key = string.match(head, '^%S+ (%S+) %d+ %S+ =(%S*) ')
  if not user then return true end
  local name = keys .. user .. ' ' .. key
  local kept = redis.call('GET', name)
  if not kept then return true end
  local at, at_line = string.match(kept, '^' .. string.format('%d', offset) .. ' (%d+) (%S+) ')
  if at_line == line then
    redis.call('SET', name, string.format('%d %s %s -', offset, at, line), 'KEEPTTL')
  end
  return true
end
`;
