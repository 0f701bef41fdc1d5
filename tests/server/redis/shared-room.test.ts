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

/** A room whose reads are answered by hand. */
function stage() {
  const reads: ((page: PeoplePage) => void)[] = [];
  const room = new SharedRoom({
    node: 'own',
    read: () => new Promise((resolve) => void reads.push(resolve)),
    write: async () => {},
    onWritten: () => {},
    onBehind: () => {},
    onNode: () => {},
    later: () => {},
  });
  const answer = async (found: PeoplePage) => {
    reads.shift()?.(found);
    await settle();
  };
  const members = () => [...room.seats.far()].map(({ memberId }) => memberId);
  return { room, reads, answer, members };
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
});
