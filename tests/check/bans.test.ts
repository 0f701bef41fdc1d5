import { describe, expect, it } from 'vitest';
import type { Line } from '../../check/actors/stage.ts';
import type { AccessTold, Entry, Side } from '../../check/judge/access.ts';
import { createChecker } from '../../check/judge/checker.ts';

/** What happens in the room, or to everybody; a number is a wait in milliseconds. */
type Step = AccessTold | Line | number;

/** The kinds of what is wrong with a history: each line a millisecond after the other. */
function anomaliesOf(steps: readonly Step[], withinMs = 0): string[] {
  const checker = createChecker();
  let at = 0;
  for (const step of [{ step: 'opens', withinMs } as const, ...steps]) {
    at += typeof step === 'number' ? step : 1;
    if (typeof step === 'number') continue;
    const line = 'kind' in step ? step : ({ kind: 'access', room: 'p', told: step } as const);
    checker.add({ ...line, at });
  }
  return checker.verdict().anomalies.map(({ kind }) => kind);
}

const asks = (to: Side, user = 'bob'): AccessTold => ({ step: 'asks', user, to });
const done = (isSure = true, user = 'bob'): AccessTold => ({ step: 'done', user, isSure });
const tries = (what: Entry, attempt = 'b/1', user = 'bob'): AccessTold => ({
  step: 'tries',
  attempt,
  user,
  what,
});
const tried = (code?: string, attempt = 'b/1'): AccessTold => ({ step: 'tried', attempt, code });
const posts = (key: string): Step[] => [tries('publish', key, 'ada'), tried(undefined, key)];
const shown = (key: string): AccessTold => ({ step: 'shown', user: 'bob', device: 'b', key });
const isIn = [asks('in'), done()];
const isOut = [asks('out'), done()];
const lost: Line = { kind: 'fault', fault: 'redis-loss', damages: {}, forgets: true };
const ENTRIES = ['read', 'publish', 'follow'] as const;

describe('whoever was shut out', () => {
  it.each(ENTRIES)('[AUT1] must be refused what begins after the ack: %s', (what) => {
    expect(anomaliesOf([...isOut, tries(what), tried('FORBIDDEN')])).toEqual([]);
    expect(anomaliesOf([...isOut, tries(what), tried()])).toEqual(['leak']);
    // No answer says nothing.
    expect(anomaliesOf([...isOut, tries(what), tried('DISCONNECTED')])).toEqual([]);
  });

  it('[AUT1] may be let in to what began before the ack', () => {
    expect(anomaliesOf([...isIn, asks('out'), tries('read'), done(), tried()])).toEqual([]);
    expect(anomaliesOf([...isIn, tries('read'), ...isOut, tried()])).toEqual([]);
  });

  it('[AUT1] must not be shown what was published after the ack', () => {
    expect(anomaliesOf([...isIn, ...posts('a/1'), ...isOut, shown('a/1')])).toEqual([]);
    const overlapping = [asks('out'), tries('publish', 'a/1', 'ada'), done(), shown('a/1')];
    expect(anomaliesOf([...isIn, ...overlapping])).toEqual([]);
    expect(anomaliesOf([...isIn, ...isOut, ...posts('a/1'), shown('a/1')])).toEqual(['leak']);
  });

  it('may read all of it once he is let in again, and is in no wrong while that is asked for', () => {
    expect(anomaliesOf([...isOut, ...posts('a/1'), ...isIn, shown('a/1')])).toEqual([]);
    expect(anomaliesOf([...isOut, ...posts('a/1'), asks('in'), shown('a/1')])).toEqual([]);
    expect(anomaliesOf([...isOut, tries('read'), asks('in'), tried()])).toEqual([]);
  });

  it('has time until every node must know, and no longer', () => {
    const early = [...isOut, 900, tries('read'), tried()];
    const late = [...isOut, 1_100, tries('read'), tried()];
    expect(anomaliesOf(early, 1_000)).toEqual([]);
    expect(anomaliesOf(late, 1_000)).toEqual(['leak']);
    expect(anomaliesOf([...isOut, 900, ...posts('a/1'), shown('a/1')], 1_000)).toEqual([]);
    expect(anomaliesOf([...isOut, 1_100, ...posts('a/1'), shown('a/1')], 1_000)).toEqual(['leak']);
  });

  it('must not follow any more when all is quiet', () => {
    const stays: AccessTold = { step: 'stays', attempt: 'b/1' };
    const following = [...isIn, tries('follow'), tried()];
    expect(anomaliesOf([...following, ...isOut, stays])).toEqual(['leak']);
    expect(anomaliesOf([...following, ...isOut, ...isIn, stays])).toEqual([]);
  });

  it('must not have published what was refused', () => {
    const refused = [...isOut, tries('publish'), tried('FORBIDDEN')];
    expect(anomaliesOf([...refused, shown('b/1')])).toContain('refusal');
  });

  it('is nobody in particular: another one may do everything', () => {
    const others = [tries('read', 'c/1', 'cy'), tried(undefined, 'c/1')];
    expect(anomaliesOf([...isOut, asks('in', 'cy'), done(true, 'cy'), ...others])).toEqual([]);
  });
});

describe('whoever was let in', () => {
  it.each(ENTRIES)('[AUT1] must not be refused what begins after the ack: %s', (what) => {
    expect(anomaliesOf([...isOut, ...isIn, tries(what), tried()])).toEqual([]);
    expect(anomaliesOf([...isOut, ...isIn, tries(what), tried('FORBIDDEN')])).toEqual(['refusal']);
    expect(anomaliesOf([...isIn, tries(what), asks('out'), tried('FORBIDDEN')])).toEqual([]);
  });

  it('keeps his stream, and is shown what is published', () => {
    const following = [...isIn, tries('follow'), tried()];
    const ousted: AccessTold = { step: 'ousted', attempt: 'b/1' };
    const misses: AccessTold = { step: 'misses', attempt: 'b/1', key: 'a/1' };
    expect(anomaliesOf([...following, ousted])).toEqual(['refusal']);
    expect(anomaliesOf([...following, asks('out'), ousted])).toEqual([]);
    expect(anomaliesOf([...following, ...posts('a/1'), misses])).toEqual(['liveness']);
    // A stream from before the word was out may end by the word that he was shut out once.
    const early = [...isOut, ...isIn, tries('follow'), tried(), 2_000, ousted];
    expect(anomaliesOf(early, 1_000)).toEqual([]);
  });

  it('must not be kept out by a change that is refused for no reason', () => {
    const undone: AccessTold = { step: 'undone', user: 'bob', code: 'FORBIDDEN' };
    expect(anomaliesOf([asks('in'), undone])).toEqual(['refusal']);
    expect(anomaliesOf([asks('in'), { step: 'undone', user: 'bob' }])).toEqual([]);
  });
});

describe('what had no answer', () => {
  const letIn = [tries('read'), tried()];

  it('may be carried out late: nothing is said until it cannot any more', () => {
    // A call to let him in may come after the ban.
    expect(anomaliesOf([asks('in'), done(false), ...isOut, ...letIn])).toEqual([]);
    expect(anomaliesOf([asks('in'), done(false), 40_000, ...isOut, ...letIn])).toEqual(['leak']);
    // A second ban changes nothing of the first.
    expect(anomaliesOf([asks('out'), done(false), ...letIn])).toEqual(['leak']);
  });

  it('leaves him on either side', () => {
    expect(anomaliesOf([...isIn, asks('out'), ...letIn])).toEqual([]);
    expect(anomaliesOf([asks('out'), { step: 'undone', user: 'bob' }, ...letIn])).toEqual([]);
  });
});

describe('a loss of what is stored', () => {
  it('leaves nothing to be said of rooms that were made before, or just after', () => {
    const let1 = [tries('read'), tried()];
    expect(anomaliesOf([...isOut, lost, ...let1])).toEqual([]);
    const again: AccessTold = { step: 'opens', withinMs: 0 };
    expect(anomaliesOf([lost, again, ...isOut, ...let1])).toEqual([]);
    expect(anomaliesOf([lost, 6_000, again, ...isOut, ...let1])).toEqual(['leak']);
  });

  it('of a log alone changes nothing of who may be where', () => {
    const damage: Line = { kind: 'fault', fault: 'damage', damages: {} };
    expect(anomaliesOf([...isOut, damage, tries('read'), tried()])).toEqual(['leak']);
  });
});
