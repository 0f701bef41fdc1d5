import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PresenceView } from '../../../server/rooms/presence-view.ts';
import { limits, type PresenceFrame } from '../../../shared/index.ts';
import { manualClock } from '../../kit/manual-clock.ts';
import { foldPeople } from '../../kit/people.ts';

function stage() {
  const clock = manualClock();
  const frames: PresenceFrame[] = [];
  const view = new PresenceView({ users: [], clock, emit: (frame) => frames.push(frame) });
  const user = (id: string, state?: string) => ({ id, name: id, state });
  const join = (id: string) => view.take({ type: 'join', user: user(id) });
  const update = (id: string, state: string) =>
    view.take({ type: 'update', user: user(id, JSON.stringify({ json: state })) });
  const leave = (id: string) =>
    view.take({ type: 'leave', user: { id, name: id }, reason: 'left' });
  const fill = (from: number, to: number) => {
    for (let index = from; index < to; index += 1) join(`u${index}`);
  };
  const told = () => {
    clock.advance(1_000);
    return frames.splice(0);
  };
  return { clock, view, frames, join, update, leave, fill, told };
}

describe('PresenceView', () => {
  it('[PRE3] joins what happens within 100 ms, and counts versions up by one', () => {
    const { clock, view, frames, join, update, leave } = stage();
    join('ada');
    join('bob');
    update('ada', 'away');
    clock.advance(99);
    expect(frames).toEqual([]);
    clock.advance(1);
    leave('bob');
    clock.advance(100);
    expect(frames).toEqual([
      {
        type: 'presence',
        version: 1,
        count: 2,
        join: [
          { id: 'ada', name: 'ada', state: 'away' },
          { id: 'bob', name: 'bob' },
        ],
      },
      {
        type: 'presence',
        version: 2,
        count: 1,
        leave: [{ id: 'bob', name: 'bob', reason: 'left' }],
      },
    ]);
    expect(view.snapshot).toMatchObject({ version: 2, count: 1 });
  });

  it('[PRE3] tells nothing of what cancels out', () => {
    const { join, leave, update, told } = stage();
    join('ada');
    update('ada', 'here');
    told();
    join('bob');
    leave('bob');
    update('ada', 'away');
    update('ada', 'here');
    expect(told()).toEqual([]);
  });

  it('[PRE3] tells whoever saw the room in between what cancels out for the others', () => {
    const { view, join, leave, told } = stage();
    join('ada');
    told();
    join('bob');
    leave('ada');
    const early = foldPeople(view.snapshot);
    leave('bob');
    join('ada');
    for (const frame of told()) expect(early.take(frame)).toBe(true);
    expect(early.users()).toEqual([{ id: 'ada', name: 'ada' }]);
  });

  it('[PRE3] tells numbers only above 500 users, once a second', () => {
    const { clock, view, frames, fill, told } = stage();
    fill(0, limits.listedUsers);
    expect(told()[0]?.join).toHaveLength(limits.listedUsers);
    fill(limits.listedUsers, limits.listedUsers + 1);
    clock.advance(100);
    expect(frames.splice(0)).toEqual([{ type: 'presence', version: 2, count: 501 }]);
    expect(view.snapshot).toEqual({ version: 2, count: 501 });
    fill(501, 600);
    clock.advance(999);
    expect(frames).toEqual([]);
    clock.advance(1);
    expect(frames).toEqual([{ type: 'presence', version: 3, count: 600 }]);
  });

  it('[PRE3] lists users again, all of them, once there are clearly fewer', () => {
    const { fill, leave, told } = stage();
    fill(0, limits.listedUsers + 1);
    told();
    for (let index = limits.listedUsers; index > limits.listedAgain; index -= 1) leave(`u${index}`);
    expect(told()).toEqual([{ type: 'presence', version: 2, count: limits.listedAgain + 1 }]);
    leave('u0');
    const [frame] = told();
    expect(frame).toMatchObject({ version: 3, count: limits.listedAgain });
    expect(frame?.users).toHaveLength(limits.listedAgain);
  });

  it('says nothing of states while it only counts', () => {
    const { fill, update, told } = stage();
    fill(0, limits.listedUsers + 1);
    told();
    update('u7', 'away');
    expect(told()).toEqual([]);
  });

  it('gives pages that hold everybody once, whoever leaves between two', () => {
    const { view, fill, leave } = stage();
    fill(0, 25);
    const first = view.page(undefined, 10);
    leave('u9');
    leave('u12');
    const second = view.page(first.next, 10);
    const third = view.page(second.next, 10);
    const ids = [first, second, third].map(({ users }) => users.map(({ id }) => id));
    expect(ids).toEqual([
      Array.from({ length: 10 }, (_, index) => `u${index}`),
      ['u10', 'u11', ...Array.from({ length: 8 }, (_, index) => `u${index + 13}`)],
      ['u21', 'u22', 'u23', 'u24'],
    ]);
    expect([second.count, third.next]).toEqual([23, undefined]);
  });

  it('[PRE3] leads every reader to the truth, whenever he has come', () => {
    const deed = fc.oneof(
      fc.record({ do: fc.constantFrom('toggle', 'toggle', 'say'), user: fc.nat(4) }),
      fc.record({ do: fc.constantFrom('come', 'wait'), user: fc.constant(0) }),
    );
    fc.assert(
      fc.property(fc.array(deed, { maxLength: 60 }), (deeds) => {
        const { clock, view, frames, join, leave, update, told } = stage();
        const truth = new Map<string, string | undefined>();
        const readers: ReturnType<typeof foldPeople>[] = [];
        const deliver = (news: readonly PresenceFrame[]) => {
          for (const frame of news) for (const reader of readers) reader.take(frame);
        };
        for (const [index, one] of deeds.entries()) {
          const id = `u${one.user}`;
          if (one.do === 'come') readers.push(foldPeople(view.snapshot));
          else if (one.do === 'wait') {
            clock.advance(100);
            deliver(frames.splice(0));
          } else if (one.do === 'say') {
            if (!truth.has(id)) continue;
            truth.set(id, `s${index}`);
            update(id, `s${index}`);
          } else if (truth.delete(id)) leave(id);
          else {
            truth.set(id, undefined);
            join(id);
          }
        }
        deliver(told());
        const expected = [...truth.entries()]
          .toSorted(([a], [b]) => (a < b ? -1 : 1))
          .map(([id, state]) => ({ id, name: id, ...(state !== undefined && { state }) }));
        for (const reader of [...readers, foldPeople(view.snapshot)]) {
          expect(reader.users()).toEqual(expected);
        }
      }),
      { numRuns: 500 },
    );
  });
});
