import { EventEmitter } from 'node:events';
import { describe, expect, it } from 'vitest';
import type { User } from '../../../server/auth/user.ts';
import { createIdentify } from '../../../server/transport/identify.ts';
import {
  UserConnections,
  type UserConnection,
} from '../../../server/transport/user-connections.ts';
import { RoomError } from '../../../shared/index.ts';

const user = (id: string, issuedAt = 5_000): User => ({ id, name: id, expiresAt: 9e15, issuedAt });

/** A WebSocket, as far as it is looked at. */
class Socket extends EventEmitter {
  readonly CLOSED = 3;
  readyState = 1;
  readonly codes: number[] = [];
  close(code: number): void {
    this.codes.push(code);
  }
  gone(): void {
    this.readyState = this.CLOSED;
    this.emit('close');
  }
}

const asOne = (socket: Socket) => socket as unknown as UserConnection;

/** Connections that are entered by what they are. */
function stage(limit: number) {
  const connections = new UserConnections(limit);
  const enter = (who: User) => {
    const socket = new Socket();
    connections.enter(asOne(socket), who);
    return socket;
  };
  return { connections, enter };
}

const full = expect.objectContaining({ code: 'TOO_MANY_CONNECTIONS', retryAfterMs: 5_000 });

describe('the connections of users', () => {
  it('[TRN5] are so many of each user, and one more when one has closed', () => {
    const { enter } = stage(2);
    const first = enter(user('ada'));
    enter(user('ada'));
    expect(() => enter(user('ada'))).toThrow(full);
    enter(user('bob'));
    first.gone();
    first.emit('close');
    enter(user('ada'));
    expect(() => enter(user('ada'))).toThrow(full);
  });

  it('take no place when they have closed already', () => {
    const { connections, enter } = stage(1);
    const socket = new Socket();
    socket.gone();
    connections.enter(asOne(socket), user('ada'));
    expect([...connections.users()]).toEqual([]);
    enter(user('ada'));
  });

  it('[AUT2] end when their user is signed out, if their token is of before', () => {
    const { connections, enter } = stage(9);
    const [old, young, other] = [user('ada', 4_000), user('ada', 6_000), user('bob', 4_000)];
    const sockets = [old, young, other].map(enter);
    connections.end({ userId: 'ada', before: 6_000 });
    expect(sockets.map(({ codes }) => codes)).toEqual([[1008], [], []]);
  });

  it('[AUT2] end when it comes while their token is asked after', async () => {
    const connections = new UserConnections(9);
    let answer = () => {};
    const check = () => new Promise<void>((resolve) => (answer = resolve));
    const verify = async () => user('ada');
    const identify = createIdentify({ verify, signOuts: { check }, connections });
    const socket = new Socket();
    const identified = identify('token', asOne(socket));
    await Promise.resolve();
    connections.end({ userId: 'ada', before: 6_000 });
    answer();
    await identified;
    expect(socket.codes).toEqual([1008]);
  });

  it('[AUT2] are of nobody whose token counts no more', async () => {
    const check = () => Promise.reject(new RoomError('TOKEN_REFUSED'));
    const verify = async () => user('ada');
    const connections = new UserConnections(9);
    const identify = createIdentify({ verify, signOuts: { check }, connections });
    const refused = identify('token', asOne(new Socket()));
    await expect(refused).rejects.toMatchObject({ code: 'TOKEN_REFUSED' });
  });
});
