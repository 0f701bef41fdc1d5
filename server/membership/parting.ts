import type { RoomName } from '../log/room-log.ts';
import { roomPartition, userPartition, type Records } from '../records/records.ts';
import {
  invitedKey,
  memberKey,
  myInvitationKey,
  myRoomKey,
  type News,
  type Parting,
} from './facts.ts';
import { newsFor } from './parts.ts';

const PAGE = 200;

/** Tells everybody who belonged to a room, or was asked to, that it is closed, and takes it out of their
 *  lists. Done twice, it is as if once. */
export async function part(
  { records, publish }: { records: Records; publish: (news: News) => Promise<unknown> },
  room: RoomName,
  { by, key }: Parting,
): Promise<void> {
  const notice = { type: 'removed', room, by, code: 'closed', params: {} };
  const listed = [
    { prefix: memberKey(''), index: myRoomKey(room), isTold: true },
    { prefix: invitedKey(''), index: myInvitationKey(room), isTold: false },
  ];
  for (const { prefix, index, isTold } of listed) {
    let after: string | undefined;
    do {
      const page = await records.list(roomPartition(room), { prefix, after, limit: PAGE });
      after = page.at(-1)?.key;
      await Promise.all(
        page.map(async (record) => {
          const userId = record.key.slice(prefix.length);
          if (isTold) await publish({ ...newsFor(userId, notice), key });
          await records.write(userPartition(userId), [{ key: index, value: null }]);
        }),
      );
    } while (after !== undefined);
  }
}
