import { DAY } from '../../../shared/index.ts';
import { script } from '../../redis/script.ts';
import { ERASING, SHARED } from './room-script.ts';

/** KEYS meta, log, about, beginning, key, due. ARGV life, fresh epoch, text, type, about, at, key or '', digest, key window, most
 *  events, time to live or 0, channel, version or '', guarding types, erased types or '', prefix of keys, epoch of
 *  the version or '', the room's name among the due, the epoch in which it stands at 0 here or '', 1 for what
 *  is done once. Gives `ok | repeat`, epoch, offset, at; or `conflict`, `stale`, or `moved`. */
export const APPEND = script(`${SHARED}${ERASING}
local e, l, o, f = enter(ARGV[1], ARGV[2])
local isMade = e
e = e or beginning(ARGV[1], ARGV[2], ARGV[19])
local text, type, about, at = ARGV[3], ARGV[4], tonumber(ARGV[5]), tonumber(ARGV[6])
local window, most, ttl = tonumber(ARGV[9]), tonumber(ARGV[10]), tonumber(ARGV[11])
if ARGV[7] ~= '' then
  local offset, kept_at, line, digest = string.match(
    redis.call('GET', KEYS[5]) or '', '^(%d+) (%d+) (%S+) (%S+)$')
  if offset and line == l and tonumber(kept_at) > at - window then
    if digest ~= '-' and digest ~= ARGV[8] then return {'conflict'} end
    return {'repeat', e, tonumber(offset), kept_at}
  end
end
local function newest(about, type)
  local from = place(about, type)
  local found = redis.call('ZREVRANGEBYLEX', KEYS[3], '[' .. from .. '~', '[' .. from, 'LIMIT', 0, 1)
  return found[1] and tonumber(string.sub(found[1], #from + 1)) or nil
end
-- What it is about, or where the room stood, may have been lost since: another event will stand there.
if ARGV[17] ~= '' and ARGV[17] ~= e then return {'moved'} end
local first = about and ARGV[20] == '1' and newest(about, type)
if first then
  local first_at = string.match(redis.call('HGET', KEYS[2], first) or '', '^%S+ %S+ (%d+) ') or ARGV[6]
  if ARGV[7] ~= '' then
    redis.call('SET', KEYS[5], string.format('%d %s %s %s', first, first_at, l, ARGV[8]), 'PX', window)
  end
  return {'repeat', e, first, first_at}
end
local function version()
  if not about then return o end
  local changed = 0
  for one in string.gmatch(ARGV[14], '%S+') do changed = math.max(changed, newest(about, one) or 0) end
  return changed > 0 and changed or about
end
if ARGV[13] ~= '' and version() ~= tonumber(ARGV[13]) then return {'stale'} end
if not isMade then l = make(e, ARGV[1], ARGV[2]) end
o = o + 1
redis.call('HSET', KEYS[2], o, text)
redis.call('HSET', KEYS[1], 'o', o)
if about then
  redis.call('ZADD', KEYS[3], 0, place(about, type) .. string.format('%016d', o))
  if ARGV[15] ~= '' then
    erase(about, l, ARGV[16])
    for one in string.gmatch(ARGV[15], '%S+') do
      local from = place(about, one)
      for _, member in ipairs(redis.call('ZRANGEBYLEX', KEYS[3], '[' .. from, '[' .. from .. '~')) do
        erase(tonumber(string.sub(member, #from + 1)), l, ARGV[16])
      end
    end
  end
end
if ARGV[7] ~= '' then
  redis.call('SET', KEYS[5], string.format('%d %s %s %s', o, ARGV[6], l, ARGV[8]), 'PX', window)
end
local before = f
while o - f >= most and f < before + 2 do
  forget(f)
  f = f + 1
end
if f ~= before then redis.call('HSET', KEYS[1], 'f', f) end
if ttl > 0 then
  -- Its first event; or it was kept for ever until now, and how old its events are nobody has looked. Where others use
  -- that key it is appended all the same.
  if o == f then
    local time = redis.call('TIME')
    local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
    redis.pcall('ZADD', KEYS[6], math.min(at, now) + ttl, ARGV[18])
  elseif redis.call('PTTL', KEYS[2]) == -1 then
    redis.pcall('ZADD', KEYS[6], 0, ARGV[18])
  end
end
live(ttl, 0)
redis.call('SPUBLISH', ARGV[12], 'e' .. e .. ' ' .. string.format('%d', o) .. '\\n' .. text)
return {'ok', e, o, ARGV[6]}
`);

/** KEYS meta, log, about, beginning. ARGV life, fresh epoch, `after | before`, offset, limit, the epoch in which it
 *  stands at 0 here or '', 1 to make a room that is followed for long. Gives epoch, head, first, the offset of the first
 *  text, and the texts. */
export const READ = script(`${SHARED}
local e, l, o, f = enter(ARGV[1], ARGV[2])
if not e then
  e = beginning(ARGV[1], ARGV[2], ARGV[6])
  if ARGV[7] == '1' then make(e, ARGV[1], ARGV[2]) end
end
local offset, limit = tonumber(ARGV[4]), tonumber(ARGV[5])
local from, to
if ARGV[3] == 'after' then
  from = math.max(f, offset + 1)
  to = math.min(o, from + limit - 1)
else
  to = math.min(o, offset - 1)
  from = math.max(f, to - limit + 1)
end
local texts = {}
for at = from, to do texts[#texts + 1] = redis.call('HGET', KEYS[2], at) end
return {e, o, f, from, texts}
`);

/** KEYS meta, log, about, beginning. ARGV life, fresh epoch, first, last, types. Gives offset and text by turns. */
export const CHANGES = script(`${SHARED}
enter(ARGV[1], ARGV[2])
local last, wanted, found = tonumber(ARGV[4]), {}, {}
for one in string.gmatch(ARGV[5], '%S+') do wanted[one] = true end
local from = '[' .. string.format('%016d ', tonumber(ARGV[3]))
while true do
  local member = redis.call('ZRANGEBYLEX', KEYS[3], from, '+', 'LIMIT', 0, 1)[1]
  if not member then break end
  local about, type = string.match(member, '^(%d+) (%S+) ')
  if not about or tonumber(about) > last then break end
  local here = place(tonumber(about), type)
  if wanted[type] then
    local newest = redis.call('ZREVRANGEBYLEX', KEYS[3], '[' .. here .. '~', '[' .. here, 'LIMIT', 0, 1)[1]
    local offset = tonumber(string.sub(newest, #here + 1))
    found[#found + 1] = offset
    found[#found + 1] = redis.call('HGET', KEYS[2], offset)
  end
  from = '(' .. here .. '~'
end
return found
`);

/** KEYS meta, log, about, beginning. ARGV life, fresh epoch, after, types, not by, limit, most offsets to look at, and of the
 *  step before: the offset where the first began, and the head. Gives how many, the offset that it has come to, the
 *  head, and the epoch. What earlier steps have counted and has been erased since is taken off: the sum is that of
 *  the moment of the last step. */
export const COUNT = script(`${SHARED}
local e, l, o, f = enter(ARGV[1], ARGV[2])
e = e or beginning(ARGV[1], ARGV[2], '')
local limit, wanted, found = tonumber(ARGV[6]), {}, 0
for one in string.gmatch(ARGV[4], '%S+') do wanted[one] = true end
local function counts(text)
  local type, user = string.match(text, '^(%S+) (%S+) ')
  return wanted[type] and user ~= ARGV[5]
end
local began, after, known = tonumber(ARGV[8]), tonumber(ARGV[3]), tonumber(ARGV[9])
local seen = {}
for offset = known + 1, o do
  local text = redis.call('HGET', KEYS[2], offset)
  local about = text and tonumber(string.match(text, '^%S+ %S+ %d+ (%d+) ') or '')
  if about and about > began and about <= after and not seen[about] then
    seen[about] = true
    local target = redis.call('HGET', KEYS[2], about)
    if target and not string.find(target, '\\n', 1, true) and counts(target) then found = found - 1 end
  end
end
local at = math.max(f - 1, after)
local to = math.min(o, at + tonumber(ARGV[7]))
while at < to and found < limit do
  at = at + 1
  local text = redis.call('HGET', KEYS[2], at)
  if text and string.find(text, '\\n', 1, true) and counts(text) then found = found + 1 end
end
return {found, at, o, e}
`);

/** KEYS meta, log, about, beginning. ARGV life, fresh epoch, offset, prefix of keys. Gives 1, or 0: no such event. */
export const ERASE = script(`${SHARED}${ERASING}
local e, l = enter(ARGV[1], ARGV[2])
return erase(tonumber(ARGV[3]), l, ARGV[4]) and 1 or 0
`);

/** KEYS meta, log, about, due. ARGV the room's name among the due, the time before which events go, the time now, how
 *  many at once, the offset to look from, how old events become, or 0, or '' where that is not known here. Gives the
 *  offset to go on from, or 0: then the room is due when its oldest one is past its age, if there is one, and lives as
 *  long as its newest one needs. What is of a later time than now, because a clock was set back since, goes with an old
 *  one behind it. */
export const TRIM = script(`${SHARED}
local age = tonumber(ARGV[6])
local function done(oldest)
  -- Others may know the age.
  local due = age and oldest and oldest + age or tonumber(ARGV[3]) + ${DAY}
  if oldest and age ~= 0 then redis.call('ZADD', KEYS[4], due, ARGV[1])
  else redis.call('ZREM', KEYS[4], ARGV[1]) end
  return 0
end
local m = redis.call('HMGET', KEYS[1], 'o', 'f')
local o, f = tonumber(m[1] or ''), tonumber(m[2] or '')
if not (o and f) then return done() end
local cutoff, now, most = tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local at, last, young = math.max(f, tonumber(ARGV[5])), f - 1, nil
local upTo = math.min(o, at + most - 1)
while at <= upTo do
  local text = redis.call('HGET', KEYS[2], at)
  local time = tonumber(text and string.match(text, '^%S+ %S+ (%d+) ') or '')
  if time and time >= cutoff and time <= now then
    young = time
    break
  end
  -- What cannot be read goes when it is the first.
  if time and time < cutoff or not time and last == at - 1 then last = at end
  at = at + 1
end
local first, to = f, math.min(last, f + most - 1)
while f <= to do
  forget(f)
  f = f + 1
end
if f ~= first then redis.call('HSET', KEYS[1], 'f', f) end
if to < last then return last end
if not young and at <= o then return at end
-- Nobody may have published here since the age was another one.
if f <= o and age then
  local text = redis.call('HGET', KEYS[2], o)
  local time = tonumber(text and string.match(text, '^%S+ %S+ (%d+) ') or '')
  live(age, now - (time or now))
end
return done(f <= o and (young or now) or nil)
`);

/** All of them, to be loaded at once. */
export const LOG_SCRIPTS = [APPEND, READ, CHANGES, COUNT, ERASE, TRIM] as const;
