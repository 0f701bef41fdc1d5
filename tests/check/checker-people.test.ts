import { describe, expect, it } from 'vitest';
import type { Line } from '../../check/actors/stage.ts';
import { anomaliesOf, ended, shows } from './histories.ts';

describe('the checker finds', () => {
  it.each<[string, string, readonly Line[]]>([
    [
      'values',
      'readers who disagree about latest values',
      [
        { kind: 'values', follower: 'f', room: 'r', values: ['typing ada'] },
        { kind: 'values', follower: 'g', room: 'r', values: [] },
        ended,
      ],
    ],
    [
      'values',
      'a value of a member that is not what he has said last',
      [
        { kind: 'values', follower: 'f', room: 'r', values: ['at m1 {"x":1}'], said: 'at {"x":2}' },
        { kind: 'values', follower: 'g', room: 'r', values: ['at m1 {"x":1}'] },
        ended,
      ],
    ],
    ['presence', 'somebody who is shown and is not there', [shows(['ada ', 'ghost ']), ended]],
    [
      'presence',
      'somebody who is there and is not shown',
      [shows(['ada ']), shows(['ada ', 'bob '], { follower: 'g', user: 'bob' }), ended],
    ],
    [
      'presence',
      'another state than was said last',
      [shows(['ada "here"'], { state: '"away"' }), ended],
    ],
    ['presence', 'a user who is shown twice', [shows(['ada ', 'ada ']), ended]],
  ])('%s: %s', (kind, _, lines) => {
    expect(anomaliesOf(lines)).toContain(kind);
  });
});
