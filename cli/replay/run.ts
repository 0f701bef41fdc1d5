import { randomUUID } from 'node:crypto';
import { parsePosition, type Position } from '../../shared/index.ts';
import type { Patience } from '../retry.ts';
import { within } from '../within.ts';
import { Cast } from './cast.ts';
import type { ChatLog } from './chat-log.ts';
import { createLogReader } from './log-reader.ts';
import { dueTimes } from './pace.ts';
import type { Passes } from './passes.ts';
import { play, type Played } from './player.ts';
import type { Progress } from './progress.ts';
import { openSeat, type Venue } from './seat.ts';
import type { Summary } from './summary.ts';
import { judge } from './verdict.ts';
import { openWatchers, type Watchers } from './watchers.ts';

/** How a replay is run. */
export interface ReplayOptions {
  readonly log: ChatLog;
  readonly venue: Venue;
  /** Did this replay make up the room, so that nobody else is in it? */
  readonly isAlone: boolean;
  /** Of the people in the log. */
  readonly passes: Passes;
  /** Of the watchers. */
  readonly watcherPasses: Passes;
  readonly watchers: number;
  readonly maxConnections: number;
  /** Times real time; infinite: as fast as acks come. */
  readonly speed: number;
  readonly patience: Patience & { readonly signal: AbortSignal };
  readonly progress: Progress;
}

// Often enough that retention (10,000 events) trims nothing that has not been read.
const READ_EVERY = 1_000;

/** Plays a log with people and watchers, reads the room's log back, and judges. */
export async function runReplay(options: ReplayOptions): Promise<Omit<Summary, 'file'>> {
  const { venue, patience, isAlone } = options;
  const cast = new Cast(options);
  const watchers = await openWatchers({
    ...options,
    passes: options.watcherPasses,
    count: options.watchers,
  });
  const reader = await openReader(options, watchers);
  try {
    const startedAt = performance.now();
    const played = await play(options.log.lines, {
      cast,
      run: randomUUID(),
      untilDue: createPacer(options, startedAt),
      onPlayed: async (now) => {
        const { connected } = cast.counts;
        options.progress.update({
          lines: now.lines,
          messages: now.acked.length,
          connections: connected,
        });
        if (now.lines % READ_EVERY === 0) await reader.readOn();
      },
      signal: patience.signal,
    });
    const durationMs = Math.round(performance.now() - startedAt);
    await reader.readOn();
    const last = parsePosition(reader.events.at(-1)?.position ?? '') ?? reader.began;
    await watchers.settle(last);
    const evidence = { ...reader, log: reader.events, watchers: watchers.all };
    const verdict = judge({ ...evidence, acked: played.acked, isAlone });
    return {
      ...countsOf(played, cast, options),
      room: venue.room,
      events: reader.events.length,
      durationMs,
      messagesPerSecond: Math.round((played.acked.length / Math.max(1, durationMs)) * 1000),
      verdict,
    };
  } finally {
    cast.close();
    watchers.close();
    reader.close();
  }
}

/** The log is read over a connection of its own, from where the first watcher began. */
async function openReader({ venue, watcherPasses, patience }: ReplayOptions, watchers: Watchers) {
  try {
    const { token } = await watcherPasses.issue('reader');
    const seat = await openSeat(venue, token);
    const began = earliest([
      ...watchers.all.map((watcher) => watcher.began),
      parsePosition(seat.ready.position),
    ]);
    const reader = createLogReader(seat.room, began, patience);
    return {
      began,
      events: reader.events,
      positions: reader.positions,
      removed: reader.removed,
      readOn: () => reader.readOn(),
      close: () => seat.close(),
    };
  } catch (error) {
    watchers.close();
    throw error;
  }
}

function earliest(positions: readonly (Position | undefined)[]): Position {
  const known = positions.filter((position) => position !== undefined);
  const [first, ...rest] = known;
  if (!first) throw new Error('replay: the stream began at no position');
  return rest.reduce((least, next) => (next.offset < least.offset ? next : least), first);
}

function createPacer({ log, speed, patience }: ReplayOptions, startedAt: number) {
  if (!Number.isFinite(speed)) return () => Promise.resolve();
  const due = dueTimes(log.lines, speed);
  return async (index: number) => {
    const waitMs = startedAt + (due[index] ?? 0) - performance.now();
    if (waitMs > 0) await within(new Promise<never>(() => {}), waitMs, patience.signal);
  };
}

function countsOf(played: Played, cast: Cast, { log, watchers }: ReplayOptions) {
  const { lines, joins, leaves, renames } = played;
  const { opened, unseated } = cast.counts;
  return {
    format: log.format,
    lines,
    joins,
    leaves,
    renames,
    watchers,
    unseated,
    messages: played.acked.length,
    speakers: played.speakers.size,
    skipped: log.skipped,
    connections: opened,
  };
}
