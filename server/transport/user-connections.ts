import type { ServerResponse } from 'node:http';
import type { WebSocket } from 'ws';
import { isSignedOut, type LetIn } from '../auth/sign-outs.ts';
import type { User } from '../auth/user.ts';
import type { SignedOut } from '../bus/notice.ts';
import { errors, RoomError } from '../../shared/index.ts';
import { Holders } from './holders.ts';

/** What a user holds open: a WebSocket, or the response to a call over HTTP, which may be a stream. */
export type UserConnection = WebSocket | ServerResponse;

const RETRY_AFTER_MS = 5_000;

/** Who is connected, by what, and not more often than is allowed (TRN5). */
export class UserConnections implements LetIn {
  readonly #limit: number;
  readonly #holders = new Holders<UserConnection, User>(({ id }) => id);

  /** `limit`: connections that one user may hold at once. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Gives a connection its place among those of its user, until it closes.
   *  @throws RoomError TOO_MANY_CONNECTIONS */
  enter(connection: UserConnection, user: User): void {
    if (isClosed(connection)) return;
    if (this.#holders.countOf(user.id) >= this.#limit) {
      throw new RoomError('TOO_MANY_CONNECTIONS', 'too many connections of this user', {
        retryAfterMs: RETRY_AFTER_MS,
      });
    }
    this.#holders.enter(connection, user);
  }

  users(): Iterable<User> {
    return this.#holders.all().values();
  }

  // Signing out is rare: it looks through all rather than that each connection stands in a list of its user's.
  end(signedOut: SignedOut): void {
    if (this.#holders.countOf(signedOut.userId) === 0) return;
    for (const [connection, user] of this.#holders.all()) {
      if (isSignedOut(user, signedOut)) close(connection);
    }
  }
}

function isClosed(connection: UserConnection): boolean {
  if ('destroyed' in connection) return connection.destroyed;
  return connection.readyState === connection.CLOSED;
}

function close(connection: UserConnection): void {
  if ('destroyed' in connection) connection.destroy();
  else connection.close(errors.TOKEN_REFUSED.close, 'the user has been signed out');
}
