import { MINUTE } from '../../shared/index.ts';
import type { LogLine } from './chat-log.ts';

/** When each line is due, in milliseconds from the first, at `speed` times real time. Lines of one
 *  minute (or whatever the log's smallest step is) are spread over it; lines without a time go with
 *  the one before. Times that go back count as standing still. */
export function dueTimes(lines: readonly LogLine[], speed: number): number[] {
  const times = forwardTimes(lines);
  const due: number[] = [];
  for (let from = 0; from < times.length;) {
    const at = times[from] ?? 0;
    let to = from;
    while (to < times.length && times[to] === at) to += 1;
    const spanMs = Math.min(MINUTE, (times[to] ?? at + MINUTE) - at);
    for (let index = from; index < to; index += 1) {
      due.push((at + (spanMs * (index - from)) / (to - from)) / speed);
    }
    from = to;
  }
  return due;
}

function forwardTimes(lines: readonly LogLine[]): number[] {
  const first = lines.find(({ atMs }) => atMs !== undefined)?.atMs ?? 0;
  let now = first;
  return lines.map(({ atMs }) => {
    now = Math.max(now, atMs ?? now);
    return now - first;
  });
}
