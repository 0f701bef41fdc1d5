import { describe, expect, it } from 'vitest';
import type { Line } from '../../check/actors/stage.ts';
import type { Change } from '../../check/judge/history.ts';
import {
  a,
  acked,
  anomaliesOf,
  b,
  both,
  c,
  damage,
  ended,
  final,
  page,
  sent,
  shown,
  two,
} from './histories.ts';

const edit = 'x/1';
const removal = 'y/1';
const editing: Change = { target: 'E:1', becomes: 'says more' };
const removing: Change = { target: 'E:1' };

const change = (key: string, what: Change): Line => ({ ...sent(key), change: what }) as Line;
/** An answer to the event at an offset. */
const reply = (key: string, replyTo: number): Line => ({ ...sent(key), replyTo }) as Line;
const declined = (key: string, code: string): Line => ({
  kind: 'declined',
  client: 'c',
  room: 'r',
  key,
  code,
});
const clashed = (position: string): Line => ({
  kind: 'clashed',
  client: 'c',
  room: 'r',
  key: a,
  position,
});

const removedFirst: readonly Line[] = [...two, change(removal, removing), acked(removal, 'E:3')];
const left = [shown(b, 'E:2'), shown(removal, 'E:3', { change: removing })];

describe('the checker takes', () => {
  it.each<[string, readonly Line[]]>([
    [
      'a refused edit of what was removed',
      [...removedFirst, change(edit, editing), declined(edit, 'EVENT_REMOVED'), final(...left)],
    ],
    [
      'an answer to what is removed later',
      [
        ...two,
        reply(c, 1),
        acked(c, 'E:3'),
        change(removal, removing),
        acked(removal, 'E:4'),
        final(
          shown(b, 'E:2'),
          shown(c, 'E:3', { replyTo: 1 }),
          shown(removal, 'E:4', { change: removing }),
        ),
      ],
    ],
    ['other data under the key of what was removed', [...removedFirst, clashed('E:1')]],
    [
      'a refused change of what a damage may have taken',
      [...two, damage({ r: 1 }), reply(c, 2), declined(c, 'STALE_POSITION')],
    ],
  ])('%s', (_, lines) => {
    expect(anomaliesOf(lines)).toEqual([]);
  });

  it('a refused answer to what may have been trimmed', () => {
    const lines = [...two, reply(c, 1), declined(c, 'NO_SUCH_EVENT')];
    expect(anomaliesOf(lines, { maxEvents: 1 })).toEqual([]);
  });
});

describe('the checker finds', () => {
  it.each<[string, string, readonly Line[]]>([
    [
      'refusal',
      'EVENT_REMOVED without a removal',
      [...two, reply(c, 1), declined(c, 'EVENT_REMOVED')],
    ],
    [
      'refusal',
      'NO_SUCH_EVENT of what is kept',
      [...two, reply(c, 1), declined(c, 'NO_SUCH_EVENT')],
    ],
    [
      'refusal',
      'STALE_POSITION without damage',
      [...two, reply(c, 1), declined(c, 'STALE_POSITION')],
    ],
    [
      'refusal',
      'an answer behind the removal of its message',
      [
        ...removedFirst,
        reply(c, 1),
        acked(c, 'E:4'),
        final(...left, shown(c, 'E:4', { replyTo: 1 })),
      ],
    ],
    [
      'refusal',
      'a refusal after a damage of what it has left',
      [
        ...two,
        damage({ r: 2 }),
        declined(b, 'STALE_POSITION'),
        final(...both.map((one) => ({ ...one, position: one.position.replace('E', 'F') }))),
        ended,
      ],
    ],
    [
      'erased',
      'an edit behind the removal of its message',
      [
        ...removedFirst,
        change(edit, editing),
        acked(edit, 'E:4'),
        final(...left, shown(edit, 'E:4', { change: editing })),
      ],
    ],
    [
      'hole',
      'a place without content that no refused edit has left',
      [
        ...removedFirst,
        change(edit, editing),
        declined(edit, 'EVENT_REMOVED'),
        sent(c),
        page(...left, shown(c, 'E:5')),
      ],
    ],
  ])('%s: %s', (kind, _, lines) => {
    expect(anomaliesOf(lines)).toContain(kind);
  });
});
