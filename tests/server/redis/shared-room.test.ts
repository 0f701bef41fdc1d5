import { describe, expect, it } from 'vitest';
import { seatText } from '../../../server/presence/redis/seat-text.ts';
import { SharedRoom, type PeoplePage } from '../../../server/presence/redis/shared-room.ts';
import { settle } from '../../kit/settle.ts';

const seatOf = (id: string) => ({
  member: { memberId: `m-${id}`, user: { id, name: id }, sessionId: undefined },
  held: undefined,
  state: undefined,
  stateNo: 0,
});

const page = (version: number, ...users: string[]): PeoplePage => ({
  life: 'L',
  version,
  seats: users.map((id, no) => ({ ...seatOf(id), node: 'other', no })),
});

/** A room whose reads are answered by hand, and its writes where they are `slow`. */
function stage(how?: 'slow') {
  const reads: ((page: PeoplePage) => void)[] = [];
  const writes: (() => void)[] = [];
  const written: string[] = [];
  const room = new SharedRoom({
    node: 'own',
    read: () => new Promise((resolve) => void reads.push(resolve)),
    write: async (seats, changes) => {
      const ids = changes === 'all' ? seats.ownIds() : [...changes.keys()];
      written.push(ids.map((id) => `${seats.own(id) ? '+' : '-'}${id}`).join(' '));
      if (how === 'slow') await new Promise<void>((resolve) => writes.push(resolve));
    },
    onWritten: () => void written.push('all'),
    onBehind: () => {},
    onNode: () => {},
    later: () => {},
  });
  const answer = async (found: PeoplePage) => {
    reads.shift()?.(found);
    await settle();
  };
  const members = () => [...room.seats.far()].map(({ memberId }) => memberId);
  const write = () => {
    writes.shift()?.();
    return settle();
  };
  return { room, reads, answer, members, write, written };
}

describe('a room that nodes share', () => {
  it('[PRE2] is read again where the link came back while it was read: that one may be too old', async () => {
    const { room, reads, answer, members } = stage();
    void room.read();
    // The link was cut, eve came unheard, and it is there again.
    const back = room.read();
    await answer(page(1, 'bob'));
    expect(members()).toEqual(['m-bob']);
    expect(reads).toHaveLength(1);
    await answer(page(2, 'bob', 'eve'));
    await back;
    expect(members()).toEqual(['m-bob', 'm-eve']);
  });

  it('[PRE2] is read again where more was said while it was read than it can keep', async () => {
    const { room, reads, answer, members } = stage();
    void room.read();
    for (let version = 1; version <= 1_001; version += 1) {
      const sets = [`m-${version}`, `${version} other ${seatText(seatOf(`u${version}`))}`];
      room.hear(JSON.stringify({ life: 'L', version, node: 'other', sets, gone: [] }));
    }
    await answer(page(0));
    expect(members()).toHaveLength(1_000);
    expect(reads).toHaveLength(1);
    await answer(page(1_001, 'the', 'last'));
    expect(members()).toEqual(['m-the', 'm-last']);
    expect(reads).toHaveLength(0);
  });

  it('[PRE2] writes nothing while it writes: Redis may take two that are on their way in another order', async () => {
    const { room, write, written } = stage('slow');
    const join = (id: string) => room.tell(room.seats.join(seatOf(id).member));
    join('ada');
    await settle();
    room.tell(room.seats.leave('m-ada', 'left'));
    await settle();
    join('bob');
    await settle();
    expect(written).toEqual(['+m-ada']);
    await write();
    expect(written).toEqual(['+m-ada', '-m-ada +m-bob']);
    expect(room.isNeeded).toBe(true);
    await write();
    expect(written.at(-1)).toBe('all');
  });
});
