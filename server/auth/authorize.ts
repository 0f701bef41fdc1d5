import { limits, RoomError } from '../../shared/index.ts';
import type { Clock } from '../clock.ts';
import type { RoomName } from '../log/room-log.ts';
import type { Deed, Membership } from '../membership/decisions.ts';
import type { User } from './user.ts';

/** What a user wants to do in a room. Publishing and changing are asked per event type: `publish:message`,
 *  `edit:message`. `moderate:…` is asked beside `edit:…` and `remove:…` when the event is somebody else's. `read`:
 *  to say how far he has read, and to see that of others. `resume` is `subscribe` with a position, and
 *  whoever likes can name one: it must not be allowed more freely. `create`: the room is the one to be
 *  made, `~` where the server makes its id. `direct`: the room's id is the other user's. */
export type Action =
  | 'subscribe'
  | 'resume'
  | 'history'
  | 'members'
  | 'presence'
  | 'read'
  | `publish:${string}`
  | `edit:${string}`
  | `remove:${string}`
  | `react:${string}`
  | 'moderate:edit'
  | 'moderate:remove'
  | 'whisper'
  | 'create'
  | 'direct'
  | 'accept'
  | 'decline'
  | 'roster'
  | Deed;

/** Yes, no, or yes to a moderator of the room: where no role of membership makes him one, nothing less lets
 *  him change what others have said. */
export type Answer = boolean | 'moderator';

/** The one question of who may do what (AUT1), asked before anything is read or done. Throwing or
 *  rejecting fails that call and lets nobody in; a RoomError is answered as it is, with its words. */
export type Authorize = (question: {
  readonly user: User;
  readonly room: RoomName;
  readonly action: Action;
  /** What the room is to the user. Whoever may not enter it as its members decided is refused before this
   *  question is asked; the answer can only refuse more. */
  readonly membership: Membership;
  /** With `publish:…`, `edit:…` and `presence`: what he wants to say, as the contract has parsed it. Unset where
   *  it does not meet the contract, which refuses it then. */
  readonly data?: unknown;
}) => Answer | Promise<Answer>;

/** The default: every authenticated user may do what membership lets him, and in rooms without all but
 *  moderate. */
export const openToAll: Authorize = () => true;

/** The same policy with a deadline (`authorizeTimeoutMs`): one that never answers would hold its callers, and
 *  all that they hold, for ever. One that answers at once costs nothing more.
 *  @throws RoomError AUTHORIZE_TIMEOUT; an answer that comes later counts for nothing */
export function withDeadline(authorize: Authorize, clock: Clock): Authorize {
  return (question) => {
    const answer = authorize(question);
    // Whatever else it is, `demand` or the await says what it is worth.
    return isAnswer(answer) ? answer : inTime(Promise.resolve(answer), clock);
  };
}

async function inTime(answer: Promise<Answer>, clock: Clock): Promise<Answer> {
  let cancel = () => {};
  const deadline = new Promise<never>((_, reject) => {
    const refuse = () => reject(new RoomError('AUTHORIZE_TIMEOUT'));
    cancel = clock.after(limits.authorizeTimeoutMs, refuse);
  });
  // Whichever loses is listened to as well, so that a late refusal ends no process.
  return Promise.race([answer, deadline]).finally(cancel);
}

/** Asks, and throws RoomError FORBIDDEN when the answer is no. A policy that answers at once is heard at once. */
export function demand(
  authorize: Authorize,
  question: Parameters<Authorize>[0],
): void | Promise<void> {
  // Not what is merely truthy: a policy in plain JavaScript may return anything.
  const answer: unknown = authorize(question);
  if (isAnswer(answer)) return heed(answer, question);
  return Promise.resolve(answer).then((later) => heed(later, question));
}

function isAnswer(answer: unknown): answer is Answer {
  return typeof answer === 'boolean' || answer === 'moderator';
}

function heed(answer: unknown, question: Parameters<Authorize>[0]): void {
  const isYes = answer === 'moderator' || (answer === true && !needsModerator(question));
  if (!isYes) throw refusal('authorize', question);
}

/** The refusal of a question. Who refuses whom, and what, is its cause: for the log, and never on the wire. */
export function refusal(
  who: 'authorize' | 'membership',
  { user, room, action }: Pick<Parameters<Authorize>[0], 'user' | 'room' | 'action'>,
): RoomError {
  const cause = `${who} refuses ${action} in ${room.kind}/${room.id} to ${user.id}`;
  return new RoomError('FORBIDDEN', undefined, { cause });
}

/** A policy that says yes without looking at the action makes nobody a moderator. */
function needsModerator({ action, membership }: Parameters<Authorize>[0]): boolean {
  return action.startsWith('moderate:') && membership.visibility === undefined;
}
