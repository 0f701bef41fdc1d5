import type { RoomKind } from '../../shared/index.ts';
import { ask, type AskOptions } from '../ask.ts';
import type { RoomCalls } from '../room-calls.ts';
import type { JoinOptions } from '../room.ts';
import { myCalls, type MyBranch } from './my-calls.ts';
import type { MyHandle, MyStream } from './my-stream.ts';
import { createNotifications } from './notifications.ts';

/** Makes one's own stream over the branch `me` of a tRPC client. `join`: follows it as a room of its kind,
 *  over these calls. */
export function createMyStream<K extends RoomKind>(
  branch: MyBranch<K>,
  join: (calls: RoomCalls<K>, how: JoinOptions) => MyHandle<K>,
  options: AskOptions & { readonly userId: () => string | undefined },
): MyStream<K> {
  const calls = myCalls(branch);
  return {
    join: (how) => join(calls, how),
    history: (input) => ask(options, (how) => branch.history.query(input, how)),
    notifications: createNotifications(branch, () => join(calls, { onGap: 'reload' }), options),
  };
}
