import { describe, expect, it } from 'vitest';
import type { Line } from '../../check/actors/stage.ts';
import { createChecker } from '../../check/judge/checker.ts';
import type { Reacted, ReactingTold } from '../../check/judge/reacting.ts';

type Step = ReactingTold | Line | number;

const target = 'E:1';

/** The kinds of what is wrong with a history: each line a millisecond after the other, a number waits. */
function anomaliesOf(...steps: readonly Step[]): string[] {
  const checker = createChecker();
  let at = 0;
  for (const step of [{ step: 'target', target } as const, ...steps]) {
    at += typeof step === 'number' ? step : 1;
    if (typeof step === 'number') continue;
    const line = 'kind' in step ? step : ({ kind: 'reacting', room: 'r', told: step } as const);
    checker.add({ ...line, at });
  }
  return checker.verdict().anomalies.map(({ kind }) => kind);
}

const asks = (user: string, on = true, name = 'up'): ReactingTold => ({
  step: 'asks',
  user,
  target,
  name,
  on,
});
const done = (user: string, offset: number, isSure = true): ReactingTold => ({
  step: 'done',
  user,
  target,
  name: 'up',
  position: `E:${offset}`,
  isSure,
});
const refused = (code: string): ReactingTold => ({
  step: 'refused',
  user: 'ada',
  target,
  name: 'up',
  code,
});
const up = (...users: string[]): Reacted[] =>
  users.length === 0 ? [] : [{ name: 'up', count: users.length, users }];
const summary = (offset: number, reactions: readonly Reacted[], reader = 'f'): ReactingTold => ({
  step: 'summary',
  reader,
  target,
  position: `E:${offset}`,
  reactions,
});
const shows = (reactions: readonly Reacted[], reader = 'f'): ReactingTold => ({
  step: 'shows',
  reader,
  target,
  reactions,
});
const lists = (users: Readonly<Record<string, string[]>>): ReactingTold => ({
  step: 'lists',
  target,
  users,
});
const reacts = (user: string, offset: number) => [asks(user), done(user, offset)];
const takesBack = (user: string, offset: number) => [asks(user, false), done(user, offset)];
const removes: ReactingTold = { step: 'removes', target };
const removed: ReactingTold = { step: 'removed', target, position: 'E:9' };

describe('a summary', () => {
  it('[MSG3] knows of everybody who was answered at its place or before', () => {
    expect(anomaliesOf(...reacts('ada', 2), summary(2, up('ada')))).toEqual([]);
    expect(anomaliesOf(...reacts('ada', 2), summary(3, up()))).toEqual(['reaction']);
    expect(anomaliesOf(...reacts('ada', 2), summary(2, up('bob')))).toEqual(['reaction']);
  });

  it('[MSG3] shown before the answer came, is looked at when it comes', () => {
    expect(anomaliesOf(asks('ada'), summary(2, up('ada')), done('ada', 2))).toEqual([]);
    expect(anomaliesOf(asks('ada'), summary(2, up()), done('ada', 2))).toEqual(['reaction']);
    const back = [...reacts('ada', 2), asks('ada', false), summary(3, up('ada'))];
    expect(anomaliesOf(...back, done('ada', 3))).toEqual(['reaction']);
    expect(anomaliesOf(...back, done('ada', 4))).toEqual([]);
  });

  it('may know of what is asked for just then, or not', () => {
    expect(anomaliesOf(...reacts('ada', 2), asks('bob'), summary(3, up('ada', 'bob')))).toEqual([]);
    expect(anomaliesOf(...reacts('ada', 2), asks('bob'), summary(3, up('ada')))).toEqual([]);
    // Shown late, it stands before the answer.
    expect(anomaliesOf(...reacts('ada', 3), summary(2, up()))).toEqual([]);
    expect(anomaliesOf(...reacts('ada', 2), asks('ada', false), summary(3, up('ada')))).toEqual([]);
  });

  it.each([
    ['counts one twice', [{ name: 'up', count: 2, users: ['ada'] }]],
    ['names one twice', [{ name: 'up', count: 2, users: ['ada', 'ada'] }]],
    ['names a name twice', [...up('ada'), ...up('ada')]],
    ['names too few', [{ name: 'up', count: 1, users: [] }]],
    ['names who never reacted', up('cy')],
    ['knows a name that nobody reacted with', [...up('ada'), { ...up('ada')[0], name: 'down' }]],
  ])('[MSG3] is wrong when it %s', (_, reactions) => {
    const told = summary(2, reactions as Reacted[]);
    expect(anomaliesOf(...reacts('ada', 2), told)).toEqual(['reaction']);
  });

  it('[MSG3] names the first five, and counts all', () => {
    const users = ['a', 'b', 'c', 'd', 'e', 'f'];
    const all = users.flatMap((user) => reacts(user, 2));
    const told = (count: number) => [{ name: 'up', count, users: users.slice(0, 5) }];
    expect(anomaliesOf(...all, summary(2, told(6)))).toEqual([]);
    expect(anomaliesOf(...all, summary(2, told(5)))).toEqual(['reaction']);
  });

  it('[MSG3] is the same for all who are shown it', () => {
    const first = [...reacts('ada', 2), asks('bob'), summary(3, up('ada', 'bob'))];
    expect(anomaliesOf(...first, summary(3, up('ada', 'bob'), 'g'))).toEqual([]);
    expect(anomaliesOf(...first, summary(3, up('ada'), 'g'))).toEqual(['reaction']);
  });

  it('[MSG3] does not come after the removal of its message', () => {
    expect(anomaliesOf(removes, asks('ada'), summary(8, up('ada')), removed)).toEqual([]);
    expect(anomaliesOf(removes, removed, asks('ada'), summary(10, up('ada')))).toEqual([
      'reaction',
    ]);
  });
});

describe('when all is quiet', () => {
  it('[MSG3] every reader has what the answers come to', () => {
    const all = [...reacts('ada', 2), ...reacts('bob', 2), ...takesBack('ada', 3)];
    expect(anomaliesOf(...all, shows(up('bob')), shows(up('bob'), 'g'))).toEqual([]);
    expect(anomaliesOf(...all, shows(up('ada', 'bob')))).toEqual(['reaction']);
    expect(anomaliesOf(...all, shows(up()))).toEqual(['reaction']);
  });

  it('readers agree also where nobody knows what it is to be', () => {
    const open = [...reacts('ada', 2), asks('bob')];
    expect(anomaliesOf(...open, shows(up('ada')), shows(up('ada', 'bob'), 'g'))).toEqual([
      'reaction',
    ]);
  });

  it('[MSG3] the server says the same who asks for everybody', () => {
    const all = [...reacts('ada', 2), ...takesBack('bob', 3)];
    expect(anomaliesOf(...all, lists({ ada: ['up'] }))).toEqual([]);
    expect(anomaliesOf(...all, lists({}))).toEqual(['reaction']);
    expect(anomaliesOf(...all, lists({ ada: ['up'], bob: ['up'] }))).toEqual(['reaction']);
    expect(anomaliesOf(...all, lists({ ada: ['up', 'down'] }))).toEqual(['reaction']);
  });

  it('nothing is left of reactions to what was removed', () => {
    expect(anomaliesOf(...reacts('ada', 2), removes, removed, shows([]))).toEqual([]);
    expect(anomaliesOf(...reacts('ada', 2), removes, removed, shows(up('ada')))).toEqual([
      'reaction',
    ]);
    expect(anomaliesOf(...reacts('ada', 2), removes, shows([]))).toEqual([]);
  });
});

describe('what had no answer', () => {
  it('may be carried out late: nothing is said until it cannot any more', () => {
    const unsure = [asks('ada'), done('ada', 2, false)];
    expect(anomaliesOf(...unsure, ...takesBack('ada', 3), shows(up('ada')))).toEqual([]);
    expect(anomaliesOf(...unsure, 40_000, ...takesBack('ada', 3), shows(up('ada')))).toEqual([
      'reaction',
    ]);
    expect(anomaliesOf(...unsure, shows(up()))).toEqual(['reaction']);
  });
});

describe('a refusal', () => {
  it('[MSG3] is true only of what is removed', () => {
    expect(anomaliesOf(removes, asks('ada'), refused('EVENT_REMOVED'))).toEqual([]);
    expect(anomaliesOf(asks('ada'), refused('EVENT_REMOVED'))).toEqual(['refusal']);
    expect(anomaliesOf(asks('ada'), refused('NO_SUCH_EVENT'))).toEqual(['refusal']);
  });

  it('[MSG3] must come once the message was removed', () => {
    expect(anomaliesOf(removes, removed, asks('ada'), done('ada', 2))).toEqual(['refusal']);
    expect(anomaliesOf(removes, asks('ada'), removed, done('ada', 2))).toEqual([]);
  });

  it('proves nothing after a damage: a new epoch begins without messages that we know of', () => {
    const damage: Line = { kind: 'fault', fault: 'damage', damages: {} };
    expect(
      anomaliesOf(...reacts('ada', 2), damage, asks('ada'), refused('STALE_POSITION')),
    ).toEqual([]);
    expect(anomaliesOf(...reacts('ada', 2), damage, shows(up()))).toEqual([]);
  });
});
