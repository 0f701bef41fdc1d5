import { DAY, limits } from '../../shared/index.ts';
import type { RoomName } from '../log/room-log.ts';
import { roomKeys } from '../redis/redis-keys.ts';
import type { RedisLink } from '../redis/redis-link.ts';
import { NOW_MS, script } from '../redis/script.ts';
import type { Keeping, KeptValue, KeptValues, LiveMessage } from './bus.ts';
import { parseMessage } from './message-text.ts';

// The latest values of a room are a hash of `until set number message` by type and key: until when it stands
// (milliseconds on Redis's clock, 0: for good), when it was set (microseconds), the message's number. Nodes know by the
// same rules when a value ends, so most of them go from here by themselves; whoever reads them judges.

// A hash that nobody touches goes in the end.
const UNTOUCHED_MS = 30 * DAY;

/** KEYS values. ARGV channel, message, what to keep it as, `end` or milliseconds for which it stands or 0, number. */
const PASS = script(`
if ARGV[4] == 'end' then
  redis.call('HDEL', KEYS[1], ARGV[3])
else
  local time, life = redis.call('TIME'), tonumber(ARGV[4])
  local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
  local till = life > 0 and string.format('%d', now + life) or '0'
  local set = time[1] .. string.format('%06d', tonumber(time[2]))
  local head = till .. ' ' .. set .. ' ' .. ARGV[5] .. ' '
  redis.call('HSET', KEYS[1], ARGV[3], head .. string.sub(ARGV[2], 2))
  if redis.call('HLEN', KEYS[1]) > ${limits.latestValues * 1.1} then
    local all, order = redis.call('HGETALL', KEYS[1]), {}
    for i = 1, #all, 2 do
      order[#order + 1] = { string.match(all[i + 1], '^%d+ (%d+) ') or '0', all[i] }
    end
    table.sort(order, function(a, b) return a[1] < b[1] end)
    for i = 1, #order - ${limits.latestValues} do redis.call('HDEL', KEYS[1], order[i][2]) end
  end
  local ttl = life > 0 and life or ${UNTOUCHED_MS}
  if redis.call('PTTL', KEYS[1]) < ttl then redis.call('PEXPIRE', KEYS[1], ttl) end
end
redis.call('SPUBLISH', ARGV[1], ARGV[2])
return 1
`);

/** KEYS values. Gives the time, then what it was kept as and the value by turns. */
const VALUES = script(`${NOW_MS}
return { nowMs(), redis.call('HGETALL', KEYS[1]) }
`);

/** KEYS values. ARGV what it was kept as and the number by turns. */
const FORGET = script(`
for i = 1, #ARGV, 2 do
  local number = string.match(redis.call('HGET', KEYS[1], ARGV[i]) or '', '^%d+ %d+ (%S+) ')
  if number == ARGV[i + 1] then redis.call('HDEL', KEYS[1], ARGV[i]) end
end
return 1
`);

/** All of them, to be loaded at once. */
export const VALUE_SCRIPTS = [PASS, VALUES, FORGET] as const;

/** Publishes a message and keeps it for those who come later, in one step. `text`: as it goes over the
 *  channel. @throws RoomError LOG_UNAVAILABLE */
export async function passAndKeep(
  link: RedisLink,
  room: RoomName,
  { text, message, keeping }: { text: string; message: LiveMessage; keeping: Keeping },
): Promise<void> {
  const { id, lifeMs, isEnd } = keeping;
  const life = isEnd ? 'end' : Math.ceil(lifeMs ?? 0);
  const args = [roomKeys(room)('live'), text, id, life, message.number];
  await link.run(PASS, [keyOf(room)], args);
}

/** What nodes that share a Redis keep there of latest values. */
export function createRedisValues(link: RedisLink): KeptValues {
  return {
    read: async (room) => {
      const reply = await link.run(VALUES, [keyOf(room)], []);
      const [now, flat] = reply as [number, string[]];
      return valuesOf(flat, now);
    },
    forget: async (room, values) => {
      const args = values.flatMap(({ id, number }) => [id, number]);
      await link.run(FORGET, [keyOf(room)], args);
    },
  };
}

function keyOf(room: RoomName): string {
  return roomKeys(room)('values');
}

/** Those that still stand, the one set longest ago first. What cannot be read is left out. */
function valuesOf(flat: readonly string[], now: number): KeptValue[] {
  const found: (KeptValue & { readonly setAt: number })[] = [];
  for (let at = 0; at + 1 < flat.length; at += 2) {
    const [, until, setAt, , text] = /^(\d+) (\d+) (\S+) (.*)$/s.exec(flat[at + 1] ?? '') ?? [];
    const message = text === undefined ? undefined : parseMessage(text);
    const leftMs = Number(until) === 0 ? Number.POSITIVE_INFINITY : Number(until) - now;
    if (!message || !(leftMs > 0)) continue;
    found.push({ id: flat[at] ?? '', message, leftMs, setAt: Number(setAt) });
  }
  return found.toSorted((a, b) => a.setAt - b.setAt);
}
