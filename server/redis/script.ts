import { hash } from 'node:crypto';

/** A Lua script: Redis runs it as one step, with nothing in between. */
export interface Script {
  readonly source: string;
  readonly sha: string;
}

/** In Lua: `nowMs()` is the time by Redis's own clock, in milliseconds since 1970. */
export const NOW_MS = `
local function nowMs()
  local time = redis.call('TIME')
  return tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
end`;

export function script(source: string): Script {
  return { source, sha: hash('sha1', source) };
}
