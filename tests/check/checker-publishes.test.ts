import { describe, expect, it } from 'vitest';
import type { Line } from '../../check/actors/stage.ts';
import { a, anomaliesOf, over, page, sent, shown, two } from './histories.ts';

describe('the checker finds', () => {
  it.each<[string, string, readonly Line[]]>([
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
      'liveness',
      'a publish without an answer',
      [sent(a), { kind: 'abandoned', client: 'c', room: 'r', key: a, code: 'DISCONNECTED' }],
    ],
    ['liveness', 'a publish of which nothing is heard any more', [sent(a), ...over]],
  ])('%s: %s', (kind, _, lines) => {
    expect(anomaliesOf(lines)).toContain(kind);
  });
});
