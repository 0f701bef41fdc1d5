import { describe, expect, it } from 'vitest';
import type { Line } from '../../check/actors/stage.ts';
import type { Change, Shown } from '../../check/judge/history.ts';
import { a, acked, anomaliesOf, asked, began, final, saw, sent, shown, two } from './histories.ts';

const edit = 'x/1';
const removal = 'x/2';
const editing: Change = { target: 'E:1', becomes: 'says more' };
const removing: Change = { target: 'E:1' };

/** A change is asked for. */
const change = (key: string, what: Change): Line => ({ ...sentBy(key), change: what });
const sentBy = (key: string) => sent(key) as Extract<Line, { kind: 'sent' }>;
const changed = (key: string, position: string, what: Change): Shown =>
  shown(key, position, { change: what });
const erased = (position: string): Line => ({ kind: 'erased', follower: 'g', room: 'r', position });
/** Another reader who goes on from the beginning. */
const resumed: readonly Line[] = [asked('E:0', 'g'), began('resumed', 'E:0', undefined, 'g')];
const view = (...messages: (readonly [string, string | null])[]): Line => ({
  kind: 'view',
  follower: 'f',
  room: 'r',
  since: 0,
  messages,
});
const unread = (count: number, readTo?: string): Line => ({
  kind: 'unread',
  follower: 'f',
  room: 'r',
  user: 'me',
  readTo,
  count,
});

const edited: readonly Line[] = [
  ...two,
  change(edit, editing),
  acked(edit, 'E:3'),
  final(shown(a, 'E:1'), shown('w/2', 'E:2'), changed(edit, 'E:3', editing)),
];
const removed: readonly Line[] = [
  ...two,
  change(edit, editing),
  acked(edit, 'E:3'),
  change(removal, removing),
  acked(removal, 'E:4'),
  final(shown('w/2', 'E:2'), changed(removal, 'E:4', removing)),
];

describe('the checker takes', () => {
  it.each<[string, readonly Line[]]>([
    ['a message as it was edited', [...edited, view(['E:1', 'says more'], ['E:2', 'says w/2'])]],
    [
      'a removed message and its edits gone',
      [...removed, view(['E:1', null], ['E:2', 'says w/2'])],
    ],
    ['a count without what was removed', [...removed, unread(1), unread(0, 'E:2')]],
    [
      'places without content in a stream',
      [...removed.slice(0, -1), ...resumed, erased('E:1'), saw('w/2', 'E:2', 'g'), erased('E:3')],
    ],
    [
      'a removal that nobody has acknowledged',
      [...two, change(removal, removing), final(shown('w/2', 'E:2'))],
    ],
  ])('%s', (_, lines) => {
    expect(anomaliesOf(lines)).toEqual([]);
  });
});

describe('the checker finds', () => {
  it.each<[string, string, readonly Line[]]>([
    [
      'fold',
      'a reader without an edit',
      [...edited, view(['E:1', 'says w/1'], ['E:2', 'says w/2'])],
    ],
    ['fold', 'a reader without a message', [...edited, view(['E:1', 'says more'])]],
    [
      'fold',
      'a reader who has what was removed',
      [...removed, view(['E:1', 'says more'], ['E:2', 'says w/2'])],
    ],
    ['unread', 'a count that is none', [...removed, unread(2)]],
    ['unread', 'a count of what is read', [...edited, unread(1, 'E:2')]],
    [
      'erased',
      'content that was removed and is there',
      [
        ...removed.slice(0, -1),
        final(
          shown(a, 'E:1'),
          shown('w/2', 'E:2'),
          changed(edit, 'E:3', editing),
          changed(removal, 'E:4', removing),
        ),
      ],
    ],
    [
      'erased',
      'an edit left of what was removed',
      [
        ...removed.slice(0, -1),
        final(
          shown('w/2', 'E:2'),
          changed(edit, 'E:3', editing),
          changed(removal, 'E:4', removing),
        ),
      ],
    ],
    ['erased', 'content gone that nobody removed', [...two, ...resumed, erased('E:1')]],
    [
      'lost',
      'an event gone that nobody removed',
      [...removed.slice(0, -1), final(changed(removal, 'E:4', removing))],
    ],
  ])('%s: %s', (kind, _, lines) => {
    expect(anomaliesOf(lines)).toContain(kind);
  });
});
