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

describe('the checker finds', () => {
  it.each<[string, string, readonly Line[], object?]>([
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
    ['hole', 'a stream that jumps', [...two.slice(0, 2), sent(a), sent('v/1'), saw('v/1', 'E:2')]],
    [
      'hole',
      'a log with a hole',
      [sent(a), sent('v/1'), final(shown(a, 'E:1'), shown('v/1', 'E:3'))],
    ],
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
      'refusal',
      'a key taken for other data',
      [...two, { kind: 'clashed', client: 'c', room: 'r', key: a }],
    ],
    [
      'refusal',
      'a refusal for no reason',
      [sent(a), { kind: 'refused', client: 'c', room: 'r', key: a, code: 'FORBIDDEN' }],
    ],
    [
      'refusal',
      'a refusal of what an earlier attempt has stored',
      [
        sent(a),
        page(shown(a, 'E:1')),
        { kind: 'declined', client: 'c', room: 'r', key: a, code: 'NO_SUCH_EVENT' },
      ],
    ],
    [
      'refusal',
      'a refusal of what comes to light later',
      [
        sent(a),
        { kind: 'declined', client: 'c', room: 'r', key: a, code: 'NO_SUCH_EVENT' },
        page(shown(a, 'E:1')),
      ],
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
    [
      'values',
      'readers who disagree about latest values',
      [
        { kind: 'values', follower: 'f', room: 'r', values: ['typing ada'] },
        { kind: 'values', follower: 'g', room: 'r', values: [] },
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
    [
      'liveness',
      'a publish without an answer',
      [sent(a), { kind: 'abandoned', client: 'c', room: 'r', key: a, code: 'DISCONNECTED' }],
    ],
    ['liveness', 'a publish of which nothing is heard any more', [sent(a), ...over]],
    [
      'bound',
      'a quantity above its bound',
      [{ kind: 'measured', what: 'open rooms', value: 2, most: 0 }],
    ],
  ])('%s: %s', (kind, _, lines, promises = {}) => {
    expect(anomaliesOf(lines, promises)).toContain(kind);
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
