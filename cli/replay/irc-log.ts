import { DAY, HOUR, MINUTE } from '../../shared/index.ts';
import { skip, type ChatLog, type LogLine, type SkipReason, type Skipped } from './chat-log.ts';

const TIMED = /^\[(\d{2}):(\d{2})(?::(\d{2}))?\] (.*)$/s;
const MESSAGE = /^<([^>]+)>(?: (.*))?$/s;
const ACTION = /^ *\* (\S+)(?: (.*))?$/s;
const NOTICE = /^=== (.*)$/s;
// A nick may have been written with a space in it, so what follows decides where it ends.
const PRESENCE = /^(.+?) +\[\S+@\S+\] +has (joined|left|quit)\b/;
const RENAMED = /^(\S+) is now known as (\S+)\s*$/;
const KICKED = /^(\S+) was kicked (?:off|from|by)\b/;
// Some logs write actions without a time, like a notice.
const PLAIN_ACTION = /^([A-Za-z[\]\\`_^{|}][\w[\]\\`^{|}-]*) +(.+)$/s;

type Act =
  | { readonly type: 'message' | 'action'; readonly by: string; readonly text: string }
  | { readonly type: 'join' | 'leave'; readonly by: string }
  | { readonly type: 'nick'; readonly by: string; readonly to: string };

/** Reads an IRC log: `[HH:MM] <nick> text`, `[HH:MM]  * nick action`, `=== nick [user@host]  has joined
 *  #room` (`left`, `quit`), `=== a is now known as b`. Notices carry the time of the line before. */
export function parseIrcLog(lines: readonly string[]): ChatLog {
  const skipped: Skipped = {};
  const clock = createDayClock();
  const played: LogLine[] = [];
  for (const [index, line] of lines.entries()) {
    const act = readIrcLine(line);
    const timed = TIMED.exec(line);
    if (timed) clock.set(Number(timed[1]), Number(timed[2]), Number(timed[3] ?? 0));
    if (typeof act === 'string') skip(skipped, act);
    else played.push({ number: index + 1, atMs: clock.nowMs, ...act });
  }
  return { format: 'irc', lines: played, skipped };
}

/** What one line says, or why it is not played. */
export function readIrcLine(line: string): Act | SkipReason {
  if (line.trim() === '') return 'blank';
  const notice = NOTICE.exec(line)?.[1];
  if (notice !== undefined) return readNotice(notice);
  const said = TIMED.exec(line)?.[4];
  if (said === undefined) return 'not understood';
  const message = MESSAGE.exec(said);
  if (message?.[1]) return { type: 'message', by: message[1].trim(), text: message[2] ?? '' };
  const action = ACTION.exec(said);
  if (action?.[1]) return { type: 'action', by: action[1], text: action[2] ?? '' };
  return 'not understood';
}

function readNotice(notice: string): Act | SkipReason {
  if (notice.startsWith('mode/')) return 'mode';
  if (/^(?:\.\.\[topic|Topic (?:for|\())/.test(notice)) return 'topic';
  const presence = PRESENCE.exec(notice);
  if (presence?.[1]) return { type: presence[2] === 'joined' ? 'join' : 'leave', by: presence[1] };
  const renamed = RENAMED.exec(notice);
  if (renamed?.[1] && renamed[2]) return { type: 'nick', by: renamed[1], to: renamed[2] };
  const kicked = KICKED.exec(notice);
  if (kicked?.[1]) return { type: 'leave', by: kicked[1] };
  const action = PLAIN_ACTION.exec(notice);
  if (action?.[1] && action[2]) return { type: 'action', by: action[1], text: action[2] };
  return 'not understood';
}

/** Times of day that only go forward: an earlier one is the next day's. */
function createDayClock() {
  let nowMs: number | undefined;
  return {
    get nowMs() {
      return nowMs;
    },
    set: (hours: number, minutes: number, seconds: number) => {
      const timeMs = hours * HOUR + minutes * MINUTE + seconds * 1000;
      const lastMs = nowMs ?? timeMs;
      // Lines that are a little out of order do not make a new day.
      const days = Math.max(0, Math.ceil((lastMs - 12 * HOUR - timeMs) / DAY));
      nowMs = Math.max(lastMs, timeMs + days * DAY);
    },
  };
}
