import { RoomError } from '../../shared/index.ts';
import type { RoomName } from '../log/room-log.ts';
import type { User } from './user.ts';

/** What a user wants to do in a room. Publishing is asked per event type: `publish:message`. `resume` is
 *  `subscribe` with a position, and whoever likes can name one: it must not be allowed more freely. */
export type Action =
  | 'subscribe'
  | 'resume'
  | 'history'
  | 'members'
  | 'presence'
  | `publish:${string}`;

/** The one question of who may do what (AUT1), asked before anything is read or done. Throwing or
 *  rejecting fails that call and lets nobody in. */
export type Authorize = (question: {
  readonly user: User;
  readonly room: RoomName;
  readonly action: Action;
}) => boolean | Promise<boolean>;

/** The default: every authenticated user may use open rooms, and every room is open. */
export const openToAll: Authorize = () => true;

/** Asks, and throws RoomError FORBIDDEN when the answer is no. */
export async function demand(
  authorize: Authorize,
  question: Parameters<Authorize>[0],
): Promise<void> {
  // Not what is merely truthy: a policy in plain JavaScript may return anything.
  const answer: unknown = await authorize(question);
  if (answer !== true) throw new RoomError('FORBIDDEN');
}
