import type { SignOuts } from '../auth/sign-outs.ts';
import type { VerifyToken } from '../auth/tokens.ts';
import type { User } from '../auth/user.ts';
import type { UserConnection, UserConnections } from './user-connections.ts';

/** Finds out whose a token is, and gives the connection that it came over its place among the user's.
 *  @throws RoomError TOKEN_REFUSED, TOKEN_EXPIRED, TOO_MANY_CONNECTIONS, LOG_UNAVAILABLE */
export type Identify = (token: string, connection: UserConnection) => Promise<User>;

/** By what is known of tokens and of those who are connected. */
export function createIdentify({
  verify,
  signOuts,
  connections,
}: {
  readonly verify: VerifyToken;
  readonly signOuts: Pick<SignOuts, 'check'>;
  readonly connections: Pick<UserConnections, 'enter'>;
}): Identify {
  return async (token, connection) => {
    const user = await verify(token);
    // In this order: a sign-out that comes while it is asked finds the connection and ends it.
    connections.enter(connection, user);
    await signOuts.check(user);
    return user;
  };
}
