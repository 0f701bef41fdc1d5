import { describe, expect, it } from 'vitest';
import type { Line } from '../../check/actors/stage.ts';
import {
  a,
  acked,
  anomaliesOf,
  b,
  began,
  both,
  c,
  damage,
  final,
  page,
  saw,
  sent,
  shown,
  two,
} from './histories.ts';

describe('the checker finds', () => {
  it.each<[string, string, readonly Line[]]>([
    ['lost', 'an acknowledged event that the log does not hold', [...two, final(shown(a, 'E:1'))]],
    [
      'lost',
      'an acknowledged event in front of a log that should still keep it',
      [...two, final(shown(b, 'E:2'))],
    ],
    [
      'lost',
      'a log that ends before what was read of it',
      [sent(a), page(shown(a, 'E:1')), acked(a, 'E:1'), final()],
    ],
    [
      'lost',
      'an acknowledged event that a damage had left',
      [...two, damage({ r: 1 }), final(shown('w/2', 'F:1', { value: 'says w/2' }))],
    ],
    [
      'phantom',
      'an event that nobody sent',
      [...two, saw(c, 'E:3'), final(...both, shown(c, 'E:3'))],
    ],
    [
      'phantom',
      'an event that was refused',
      [
        sent(a),
        { kind: 'refused', client: 'c', room: 'r', key: a, code: 'FORBIDDEN' },
        final(shown(a, 'E:1')),
      ],
    ],
    [
      'phantom',
      'an event that was shown and is in no log',
      [began('fresh', 'E:0'), sent(a), saw(a, 'E:1'), final()],
    ],
    [
      'phantom',
      'a passing event that nobody sent',
      [began('fresh', 'E:0'), { kind: 'glimpsed', follower: 'f', room: 'r', key: 'l/1' }],
    ],
    ['twice', 'one key at two places', [...two, final(...both, shown(a, 'E:3'))]],
    [
      'ack',
      'a repeat that was given another place',
      [...two, acked(a, 'E:2', { duplicate: true })],
    ],
    ['ack', 'a repeat that was called new', [...two, acked(a, 'E:1')]],
    ['ack', 'an ack at no position', [sent(a), acked(a, 'nowhere')]],
    [
      'ack',
      'an ack and a log with different times',
      [...two, final(shown(a, 'E:1', { stamp: 2 }), shown(b, 'E:2'))],
    ],
    [
      'altered',
      'content that is not what was sent',
      [sent(a), final(shown(a, 'E:1', { value: 'no' }))],
    ],
    ['altered', 'an author who is not who sent it', [sent(a), final(shown(a, 'E:1', { by: 'x' }))]],
    [
      'altered',
      'two readers who were shown different content',
      [...two, final(shown(a, 'E:1', { value: 'no' }), shown(b, 'E:2'))],
    ],
    [
      'order',
      'an ack at another place than the log has it',
      [sent(a), { ...sent('v/1') }, acked(a, 'E:2'), final(shown(a, 'E:1'), shown('v/1', 'E:2'))],
    ],
    [
      'order',
      'two readers who saw two orders',
      [
        began('fresh', 'E:0'),
        began('fresh', 'E:0', undefined, 'g'),
        sent(a),
        sent('v/1'),
        saw(a, 'E:1'),
        saw('v/1', 'E:2'),
        saw('v/1', 'E:1', 'g'),
        saw(a, 'E:2', 'g'),
      ],
    ],
    [
      'real-time',
      'an event in front of one that was known when it was sent',
      [sent(a), acked(a, 'E:2'), sent(b), acked(b, 'E:1')],
    ],
    [
      'hole',
      'a log with a hole',
      [sent(a), sent('v/1'), final(shown(a, 'E:1'), shown('v/1', 'E:3'))],
    ],
    [
      'altered',
      'an answer that answers nothing any more',
      [{ ...sent(a), replyTo: 7 } as Line, page(shown(a, 'E:1'))],
    ],
    [
      'stale',
      'a read that misses what was acknowledged',
      [
        ...two,
        { kind: 'asks', reader: 'x', room: 'r' },
        { kind: 'newest', reader: 'x', room: 'r', position: 'E:1' },
      ],
    ],
    [
      'stale',
      'a read that finds nothing',
      [
        ...two,
        { kind: 'asks', reader: 'x', room: 'r' },
        { kind: 'newest', reader: 'x', room: 'r', position: undefined },
      ],
    ],
  ])('%s: %s', (kind, _, lines) => {
    expect(anomaliesOf(lines)).toContain(kind);
  });
});
