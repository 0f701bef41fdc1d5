import { describe, expect, it } from 'vitest';
import type { Line } from '../../check/actors/stage.ts';
import {
  a,
  acked,
  anomaliesOf,
  asked,
  b,
  began,
  c,
  damage,
  over,
  saw,
  sent,
  two,
} from './histories.ts';

describe('the checker finds', () => {
  it.each<[string, string, readonly Line[], object?]>([
    ['hole', 'a stream that jumps', [...two.slice(0, 2), sent(a), sent('v/1'), saw('v/1', 'E:2')]],
    ['repeat', 'an event shown again', [...two, saw(b, 'E:2')]],
    [
      'repeat',
      'an event replayed after a resume',
      [...two, asked('E:2'), began('resumed', 'E:2'), saw(b, 'E:2')],
    ],
    [
      'repeat',
      'a passing event shown again',
      [
        began('fresh', 'E:0'),
        { kind: 'passed', client: 'c', room: 'r', key: 'l/1' },
        { kind: 'glimpsed', follower: 'f', room: 'r', key: 'l/1' },
        { kind: 'glimpsed', follower: 'f', room: 'r', key: 'l/1' },
      ],
    ],
    [
      'resume',
      'a stream that says resumed and has moved',
      [...two.slice(0, 5), asked('E:1'), began('resumed', 'E:2')],
    ],
    [
      'resume',
      'a stream that begins anew without a word',
      [...two.slice(0, 5), asked('E:1'), began('fresh', 'E:2')],
    ],
    [
      'resume',
      'a replay beyond what is promised',
      [...two, asked('E:0', 'g'), began('resumed', 'E:0', undefined, 'g')],
      { maxReplay: 1 },
    ],
    ['resume', 'a new stream that says it resumed', [began('resumed', 'E:0')]],
    [
      'gap',
      'a gap that begins elsewhere',
      [...two, asked('E:2'), began('gap', 'E:9', { reason: 'expired', from: 'E:1', to: 'E:9' })],
      { maxEvents: 1 },
    ],
    [
      'gap',
      'a gap over what is still kept',
      [
        ...two.slice(0, 5),
        asked('E:1'),
        began('gap', 'E:2', { reason: 'expired', from: 'E:1', to: 'E:2' }),
      ],
    ],
    [
      'gap',
      'a log that has less than was shown',
      [
        ...two,
        asked('E:2'),
        began('gap', 'E:1', { reason: 'ahead-of-server', from: 'E:2', to: 'E:1' }),
      ],
    ],
    ['gap', 'a gap that does not say why', [...two, asked('E:2'), began('gap', 'E:2')]],
    [
      'epoch',
      'a new epoch without a damage',
      [
        ...two,
        asked('E:2'),
        began('gap', 'F:0', { reason: 'epoch-changed', from: 'E:2', to: 'F:0' }),
      ],
    ],
    [
      'epoch',
      'events of two epochs in one stream',
      [...two, damage({ r: 2 }), sent(c), saw(c, 'F:3')],
    ],
    [
      'epoch',
      'an epoch that had been left, and goes on',
      [
        ...two,
        damage({ r: 2 }),
        asked('E:2'),
        began('gap', 'F:2', { reason: 'epoch-changed', from: 'E:2', to: 'F:2' }),
        ...over,
      ],
    ],
    ['tracking', 'a client that resumes from elsewhere', [...two, asked('E:1')]],
    [
      'tracking',
      'a frame tracked by the head of the room',
      [
        ...two.slice(0, 3),
        saw(a, 'E:1', 'f', 'E:1'),
        { kind: 'passed', client: 'c', room: 'r', key: 'l/1' },
        { kind: 'glimpsed', follower: 'f', room: 'r', key: 'l/1', id: 'E:2/n7' },
      ],
    ],
    [
      'liveness',
      'a reader who did not catch up',
      [...two.slice(0, 5), sent(b), acked(b, 'E:2'), ...over],
    ],
    [
      'liveness',
      'a stream that failed',
      [...two, { kind: 'failed', follower: 'f', room: 'r', code: 'INTERNAL' }],
    ],
  ])('%s: %s', (kind, _, lines, promises = {}) => {
    expect(anomaliesOf(lines, promises)).toContain(kind);
  });
});
