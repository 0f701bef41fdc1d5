import { createChecker, type Checker } from '../../check/judge/checker.ts';
import type { Line } from '../../check/actors/stage.ts';
import type { AnomalyKind } from '../../check/judge/anomaly.ts';
import type { Shown } from '../../check/judge/history.ts';

const room = 'r';
const client = 'c';

/** What `w/n` says, wherever it is told. */
export function shown(key: string, position: string, more: Partial<Shown> = {}): Shown {
  return { position, key, by: 'u', value: `says ${key}`, stamp: 1, ...more };
}

export const sent = (key: string): Line => ({
  kind: 'sent',
  client,
  room,
  key,
  by: 'u',
  value: `says ${key}`,
});

export const acked = (key: string, position: string, more: { duplicate?: boolean } = {}): Line => ({
  kind: 'acked',
  client,
  room,
  key,
  position,
  stamp: 1,
  duplicate: false,
  ...more,
});

export const asked = (since?: string, follower = 'f'): Line => ({
  kind: 'asked',
  follower,
  room,
  since,
});

export const began = (
  start: string,
  position: string,
  gap?: { reason: string; from: string; to: string },
  follower = 'f',
): Line => ({ kind: 'began', follower, room, start, position, gap });

export const saw = (key: string, position: string, follower = 'f', id?: string): Line => ({
  kind: 'saw',
  follower,
  room,
  event: shown(key, position),
  ...(id === undefined ? {} : { id }),
});

/** What a reader is shown of the people; he himself is `ada` of `f`. */
export const shows = (people: readonly string[], more: object = {}): Line => ({
  kind: 'people',
  follower: 'f',
  room,
  user: 'ada',
  people,
  ...more,
});

export const final = (...events: Shown[]): Line => ({ kind: 'final', room, events, isLast: true });

export const page = (...events: Shown[]): Line => ({ kind: 'page', room, events, isLast: true });

export const damage = (survivors: Readonly<Record<string, number>>): Line => ({
  kind: 'fault',
  fault: 'damage',
  damages: survivors,
});

export const ended: Line = { kind: 'ended' };

/** Feeds lines to a checker, each a millisecond after the other. */
export function judged(
  lines: readonly Line[],
  promises: Parameters<typeof createChecker>[0] = {},
): ReturnType<Checker['verdict']> {
  const checker = createChecker(promises);
  for (const [at, line] of lines.entries()) checker.add({ ...line, at });
  return checker.verdict();
}

/** The kinds of what was found wrong, each once. */
export function anomaliesOf(
  lines: readonly Line[],
  promises: Parameters<typeof createChecker>[0] = {},
): AnomalyKind[] {
  return [...new Set(judged(lines, promises).anomalies.map(({ kind }) => kind))];
}

/** Keys of three events. */
export const [a, b, c] = ['w/1', 'w/2', 'w/3'];

/** Two events, sent, acknowledged and seen as they should be. */
export const two: readonly Line[] = [
  asked(),
  began('fresh', 'E:0'),
  sent(a),
  saw(a, 'E:1'),
  acked(a, 'E:1'),
  sent(b),
  saw(b, 'E:2'),
  acked(b, 'E:2'),
];
/** Both as the log has them. */
export const both: readonly Shown[] = [shown(a, 'E:1'), shown(b, 'E:2')];
/** The log has both, and that was all. */
export const over: readonly Line[] = [final(...both), ended];
