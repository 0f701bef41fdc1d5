import type { ServerResponse } from 'node:http';
import type { WebSocket } from 'ws';
import { isSignedOut, type LetIn } from '../auth/sign-outs.ts';
import type { User } from '../auth/user.ts';
import type { SignedOut } from '../bus/notice.ts';
import { errors, RoomError } from '../../shared/index.ts';
import type { Holder } from './admission.ts';

/** What a user holds open: a WebSocket, or the response to a call over HTTP, which may be a stream. */
export type UserConnection = WebSocket | ServerResponse;

const RETRY_AFTER_MS = 5_000;

/** Who is connected, by what, and not more often than is allowed (TRN5). */
export class UserConnections implements LetIn {
  readonly #limit: number;
  readonly #users = new Map<UserConnection, User>();
  readonly #counts = new Map<string, number>();
  // One listener for all: a way out for each would be memory for each.
  readonly #onClose: (this: UserConnection) => void;

  /** `limit`: connections that one user may hold at once. */
  constructor(limit: number) {
    this.#limit = limit;
    const leave = (connection: UserConnection) => this.#leave(connection);
    this.#onClose = function onClose() {
      leave(this);
    };
  }

  /** Gives a connection its place among those of its user, until it closes.
   *  @throws RoomError TOO_MANY_CONNECTIONS */
  enter(connection: UserConnection, user: User): void {
    if (isClosed(connection)) return;
    const count = this.#counts.get(user.id) ?? 0;
    if (count >= this.#limit) {
      throw new RoomError('TOO_MANY_CONNECTIONS', 'too many connections of this user', {
        retryAfterMs: RETRY_AFTER_MS,
      });
    }
    this.#users.set(connection, user);
    this.#counts.set(user.id, count + 1);
    const holder: Holder = connection;
    holder.on('close', this.#onClose);
  }

  #leave(connection: UserConnection): void {
    const user = this.#users.get(connection);
    if (!user) return;
    this.#users.delete(connection);
    const left = (this.#counts.get(user.id) ?? 0) - 1;
    if (left > 0) this.#counts.set(user.id, left);
    else this.#counts.delete(user.id);
  }

  users(): Iterable<User> {
    return this.#users.values();
  }

  // Signing out is rare: it looks through all rather than that each connection stands in a list of its user's.
  end(signedOut: SignedOut): void {
    if (!this.#counts.has(signedOut.userId)) return;
    for (const [connection, user] of this.#users) {
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
