import { describe, expect, it } from 'vitest';
import { judge, type Evidence, type Logged } from '../../cli/replay/verdict.ts';

const event = (offset: number): Logged => {
  const position = `e:${offset}`;
  return { id: position, position, digest: `d${offset}`, key: `k${offset}` };
};
const seen = (...offsets: number[]) => offsets.map((offset) => event(offset));
const acked = (...offsets: number[]) =>
  offsets.map((offset, index) => ({
    line: index + 1,
    key: `k${offset}`,
    position: `e:${offset}`,
    digest: `d${offset}`,
  }));
const began = { epoch: 'e', offset: 0 };
const watcher = (...offsets: number[]) => ({ name: 'w', began, seen: seen(...offsets) });

/** A clean replay of three messages, but for what is given. */
function verdictOf(changes: Partial<Evidence>) {
  const clean = { began, log: seen(1, 2, 3), acked: acked(1, 2, 3), watchers: [watcher(1, 2, 3)] };
  const positions = (changes.log ?? clean.log).map(({ position }) => position);
  return judge({ ...clean, positions, removed: new Set(), isAlone: true, ...changes });
}

const different = (who: string, where: string, words: string) => ({
  state: 'different',
  who,
  where,
  what: expect.stringContaining(words),
});

describe('the verdict', () => {
  it('is clean when everybody saw what the log holds and was sent', () => {
    expect(verdictOf({})).toEqual({ state: 'clean' });
    expect(verdictOf({ log: [], acked: [], watchers: [watcher()] })).toEqual({ state: 'clean' });
  });

  it('is clean for a watcher who began later', () => {
    const late = { name: 'w', began: { epoch: 'e', offset: 2 }, seen: seen(3) };
    expect(verdictOf({ watchers: [late] })).toEqual({ state: 'clean' });
  });
});

describe('the verdict on a room that others use', () => {
  const at = (...offsets: number[]) => offsets.map((offset) => `e:${offset}`);
  const shared = { isAlone: false, removed: new Set<string>() };

  it('is clean though they react and edit in between', () => {
    const evidence = { log: seen(1, 3, 5), acked: acked(1, 3, 5), watchers: [watcher(1, 3, 5)] };
    expect(verdictOf({ ...shared, ...evidence, positions: at(1, 2, 3, 4, 5) })).toEqual({
      state: 'clean',
    });
    expect(verdictOf({ ...shared, ...evidence, positions: at(1, 2, 3, 5) })).toEqual(
      different('log', 'e:5', 'offset 4'),
    );
  });

  it('is clean though they remove, whether the log was read before or after', () => {
    const removed = new Set(['e:2']);
    const late = { acked: acked(1, 2, 3), log: seen(1, 3), positions: at(1, 3, 4) };
    const inTime = { ...late, log: seen(1, 2, 3), positions: at(1, 2, 3, 4) };
    for (const evidence of [late, inTime]) {
      const watchers = [watcher(1, 2, 3), watcher(1, 3)];
      expect(verdictOf({ ...shared, ...evidence, removed, watchers })).toEqual({ state: 'clean' });
    }
    expect(verdictOf({ ...shared, ...late })).toEqual(different('log', 'e:3', 'offset 2'));
  });

  it('names what somebody else did in a room that was made for the replay', () => {
    expect(verdictOf({ positions: at(1, 2, 3, 4) })).toEqual(different('log', 'e:4', 'never sent'));
  });
});

describe('the verdict on the log names', () => {
  it('a hole', () => {
    expect(verdictOf({ log: seen(1, 3) })).toEqual(different('log', 'e:3', 'offset 2'));
  });

  it('an event of another epoch', () => {
    const log = [event(1), { ...event(2), position: 'f:2' }];
    expect(verdictOf({ log })).toEqual(different('log', 'f:2', 'epoch'));
  });

  it('a message that was acknowledged and is missing', () => {
    expect(verdictOf({ log: seen(1, 2) })).toEqual(different('log', 'e:3', 'missing'));
  });

  it('a message that is there twice', () => {
    const log = [...seen(1, 2, 3), { ...event(4), key: 'k2' }];
    expect(verdictOf({ log })).toEqual(different('log', 'e:4', 'twice'));
  });

  it('a message that stands elsewhere than was acknowledged', () => {
    const log = [event(1), { ...event(2), key: 'k3' }, { ...event(3), key: 'k2' }];
    expect(verdictOf({ log })).toEqual(different('log', 'e:3', 'acknowledged at e:2'));
  });

  it('a message with other content', () => {
    const log = [event(1), { ...event(2), digest: 'x' }, event(3)];
    expect(verdictOf({ log })).toEqual(different('log', 'e:2', 'other content'));
  });

  it('messages out of the order in which they were sent', () => {
    expect(verdictOf({ acked: acked(1, 3, 2) })).toEqual(different('log', 'e:2', 'sent earlier'));
  });

  it('an event that nobody sent, unless others use the room', () => {
    const log = [...seen(1, 2, 3), { ...event(4), key: undefined }];
    expect(verdictOf({ log })).toEqual(different('log', 'e:4', 'never sent'));
    const shared = { log, watchers: [watcher(1, 2, 3, 4)], isAlone: false };
    expect(verdictOf(shared)).toEqual({ state: 'clean' });
  });
});

describe('the verdict on a watcher names', () => {
  it.each([
    ['a missing event', [1, 3], 'e:3', 'e:2 is missing'],
    ['a missing last event', [1, 2], 'e:3', 'is missing'],
    ['no events at all', [], 'e:1', 'is missing'],
    ['an event seen twice', [1, 2, 2, 3], 'e:2', 'twice'],
    ['an event seen twice at the end', [1, 2, 3, 1], 'e:1', 'twice'],
    ['events in another order', [1, 3, 2], 'e:3', 'before e:2'],
    ['an event that the log does not hold', [1, 9, 2, 3], 'e:9', 'does not hold'],
    ['a foreign event at the end', [1, 2, 3, 4], 'e:4', 'does not hold'],
  ])('%s', (_, offsets, where, words) => {
    expect(verdictOf({ watchers: [watcher(...offsets)] })).toEqual(different('w', where, words));
  });

  it('an event with other content or another id', () => {
    const changed = { ...watcher(1, 2), seen: [event(1), { ...event(2), digest: 'x' }, event(3)] };
    expect(verdictOf({ watchers: [changed] })).toEqual(different('w', 'e:2', 'other content'));
    const renamed = { ...changed, seen: [event(1), { ...event(2), id: 'e:2/1' }, event(3)] };
    expect(verdictOf({ watchers: [renamed] })).toEqual(different('w', 'e:2', 'another id'));
  });

  it('a gap, even where all was seen', () => {
    const troubled = { ...watcher(1, 2, 3), trouble: 'gap: expired' };
    expect(verdictOf({ watchers: [troubled] })).toEqual(different('w', 'e:3', 'gap'));
  });

  it('the first of several who is wrong', () => {
    const watchers = [watcher(1, 2, 3), { ...watcher(1), name: 'second' }, watcher()];
    expect(verdictOf({ watchers })).toEqual(different('second', 'e:2', 'missing'));
  });
});
