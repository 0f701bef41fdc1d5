import { interrupted } from '../failure.ts';
import type { Cast } from './cast.ts';
import type { LogLine } from './chat-log.ts';
import { digestOf } from './digest.ts';
import type { Acked } from './verdict.ts';

/** How a log is played. */
export interface PlayOptions {
  readonly cast: Cast;
  /** Names this replay: it begins every idempotency key. */
  readonly run: string;
  /** Waits until the line with this index is due. */
  readonly untilDue: (index: number) => Promise<void>;
  /** Called after each line. Nothing is played before it resolves. */
  readonly onPlayed: (played: Played) => Promise<void>;
  readonly signal: AbortSignal;
}

/** What has been played so far. */
export interface Played {
  /** Lines of the log. */
  lines: number;
  joins: number;
  leaves: number;
  renames: number;
  readonly speakers: Set<string>;
  readonly acked: Acked[];
}

/** Plays a log in the order of its lines: each waits for the ack of the one before, so the room's log
 *  has the file's order. @throws CliError, RoomError when a line cannot be played */
export async function play(lines: readonly LogLine[], options: PlayOptions): Promise<Played> {
  const { untilDue, onPlayed, signal } = options;
  const played: Played = {
    lines: 0,
    joins: 0,
    leaves: 0,
    renames: 0,
    speakers: new Set(),
    acked: [],
  };
  for (const [index, line] of lines.entries()) {
    await untilDue(index);
    if (signal.aborted) throw interrupted(signal);
    await playLine(line, played, options);
    played.lines += 1;
    await onPlayed(played);
  }
  return played;
}

async function playLine(line: LogLine, played: Played, { cast, run }: PlayOptions): Promise<void> {
  switch (line.type) {
    case 'join':
      played.joins += 1;
      return cast.join(line.by);
    case 'leave':
      played.leaves += 1;
      return cast.leave(line.by);
    case 'nick':
      played.renames += 1;
      return cast.rename(line.by, line.to);
    case 'message':
    case 'action': {
      const key = `${run}-${line.number}`;
      const { ack, by } = await cast.say(line.by, line.text, key);
      const digest = digestOf('message', by, line.text);
      played.speakers.add(by.id);
      played.acked.push({ line: line.number, key, position: ack.position, digest });
    }
  }
}
