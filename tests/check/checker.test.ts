import { describe, expect, it } from 'vitest';
import type { Line } from '../../check/actors/stage.ts';
import {
  a,
  acked,
  anomaliesOf,
  asked,
  b,
  began,
  both,
  c,
  damage,
  ended,
  final,
  judged,
  over,
  page,
  saw,
  sent,
  shown,
  shows,
  two,
} from './histories.ts';

describe('the checker finds nothing in a history', () => {
  it.each<[string, readonly Line[], object?]>([
    ['in which all went well', [...two, page(...both), ...over]],
    ['in which nothing happened', [final(), ended]],
    [
      'in which everybody is shown to everybody, two tabs of one as one',
      [
        shows(['bob ', 'ada "away"'], { state: '"away"' }),
        shows(['ada "away"', 'bob '], { follower: 'g' }),
        shows(['ada "away"', 'bob '], { follower: 'h', user: 'bob' }),
        ended,
      ],
    ],
    [
      'with an answer that came at the second attempt',
      [
        sent(a),
        { kind: 'retried', client: 'c', room: 'r', key: a, code: 'DISCONNECTED' },
        acked(a, 'E:1', { duplicate: true }),
        final(shown(a, 'E:1')),
        ended,
      ],
    ],
    ['with a repeat of what was answered', [...two, acked(a, 'E:1', { duplicate: true }), ...over]],
    [
      'with a refused clash',
      [...two, { kind: 'clashed', client: 'c', room: 'r', key: a, code: 'CONFLICT' }, ...over],
    ],
    [
      'with an honest resume',
      [...two.slice(0, 5), asked('E:1'), began('resumed', 'E:1'), ...two.slice(5), ...over],
    ],
    [
      'with an exact gap, because the log had been trimmed',
      [
        ...two.slice(0, 5),
        sent(b),
        acked(b, 'E:2'),
        sent(c),
        acked(c, 'E:3'),
        asked('E:1'),
        began('gap', 'E:3', { reason: 'expired', from: 'E:1', to: 'E:3' }),
        final(shown(c, 'E:3')),
        ended,
      ],
      { maxEvents: 1 },
    ],
    [
      'with a damage that took an acknowledged event, and said so',
      [
        ...two,
        damage({ r: 1 }),
        asked('E:2'),
        began('gap', 'F:1', { reason: 'epoch-changed', from: 'E:2', to: 'F:1' }),
        sent(c),
        saw(c, 'F:2'),
        acked(c, 'F:2'),
        final(shown(a, 'F:1'), shown(c, 'F:2')),
        ended,
      ],
    ],
    [
      'with a damage that took all of an epoch: the one before goes on',
      [
        ...two,
        damage({ r: 2 }),
        asked('E:2'),
        began('gap', 'F:2', { reason: 'epoch-changed', from: 'E:2', to: 'F:2' }),
        damage({ r: 2 }),
        asked('F:2'),
        began('gap', 'E:2', { reason: 'epoch-changed', from: 'F:2', to: 'E:2' }),
        ...over,
      ],
    ],
    [
      'with frames tracked where their reader stands',
      [
        ...two.slice(0, 3),
        saw(a, 'E:1', 'f', 'E:1'),
        acked(a, 'E:1'),
        { kind: 'passed', client: 'c', room: 'r', key: 'l/1' },
        { kind: 'glimpsed', follower: 'f', room: 'r', key: 'l/1', id: 'E:1/n7' },
        final(shown(a, 'E:1')),
        ended,
      ],
    ],
    [
      'with a reader who left early',
      [
        ...two.slice(0, 5),
        { kind: 'left', follower: 'f', room: 'r' },
        sent(b),
        acked(b, 'E:2'),
        ...over,
      ],
    ],
  ])('%s', (_, lines, promises = {}) => {
    expect(judged(lines, promises).anomalies).toEqual([]);
  });
});

describe('a verdict', () => {
  it('measures from a fault to the next ack of whom it hit', () => {
    const { recovery, faults } = judged([
      sent('v/1'),
      { kind: 'fault', fault: 'cut', client: 'c' },
      { kind: 'fault', fault: 'cut', client: 'other' },
      { kind: 'fault', fault: 'kill' },
      sent(a),
      // Asked for before: it may have been on its way already.
      acked('v/1', 'E:1'),
      acked(a, 'E:2'),
    ]);
    expect(faults).toEqual({ cut: 2, kill: 1 });
    expect(recovery).toEqual({ cut: [5], kill: [3] });
  });
});

describe('the checker finds', () => {
  it('bound: a quantity above its bound', () => {
    const lines: readonly Line[] = [{ kind: 'measured', what: 'open rooms', value: 2, most: 0 }];
    expect(anomaliesOf(lines)).toContain('bound');
  });

  it('and does not grow with the history', () => {
    const lines = Array.from({ length: 30_000 }, (__, index) => {
      const [key, position] = [`w/${index + 1}`, `E:${index + 1}`];
      return [sent(key), saw(key, position), acked(key, position), page(shown(key, position))];
    });
    const verdict = judged([began('fresh', 'E:0'), ...lines.flat()], {
      window: 100,
      maxEvents: 50,
    });
    expect(verdict).toMatchObject({ isClean: true, unchecked: 0, counts: { acked: 30_000 } });
  });
});
