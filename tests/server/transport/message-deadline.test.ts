import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { MessageDeadline } from '../../../server/transport/ws/message-deadline.ts';
import { clientFrame, OPCODE } from '../../kit/client-frames.ts';
import { manualClock } from '../../kit/manual-clock.ts';

const begin = clientFrame('a', { isFinal: false });
const more = clientFrame('b', { opcode: OPCODE.continuation, isFinal: false });
const end = clientFrame('c', { opcode: OPCODE.continuation });
const ping = clientFrame('', { opcode: OPCODE.ping });

/** A socket that is fed by hand, at once. */
function stage(messageMs = 10_000) {
  const clock = manualClock();
  let late = 0;
  const deadline = new MessageDeadline({ messageMs, clock, onLate: () => void (late += 1) });
  const watched = () => {
    const socket = new PassThrough();
    deadline.watch(socket);
    return { socket, feed: (bytes: Buffer) => void socket.emit('data', bytes) };
  };
  /** Moves time on, and lets the turn pass that a verdict waits. */
  const pass = async (ms: number) => {
    clock.advance(ms);
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { watched, pass, late: () => late, clock };
}

describe('MessageDeadline', () => {
  it('[TRN5] cuts a connection within a message after 10 s, not before', async () => {
    const { watched, pass, late } = stage();
    const { socket, feed } = watched();
    feed(begin);
    await pass(9_999);
    expect(socket.destroyed).toBe(false);
    await pass(1);
    expect([socket.destroyed, late()]).toEqual([true, 1]);
  });

  it.each([
    ['fragments', more],
    ['pings', ping],
  ])('[TRN5] gives nobody more time for %s', async (_, bytes) => {
    const { watched, pass } = stage();
    const { socket, feed } = watched();
    feed(begin);
    for (let second = 0; second < 9; second += 1) {
      feed(bytes);
      await pass(1_000);
    }
    expect(socket.destroyed).toBe(false);
    await pass(1_000);
    expect(socket.destroyed).toBe(true);
  });

  it('[TRN5] gives each message its own time', async () => {
    const { watched, pass } = stage();
    const { socket, feed } = watched();
    feed(begin);
    for (let count = 0; count < 10; count += 1) {
      await pass(9_000);
      feed(Buffer.concat([end, begin]));
    }
    expect(socket.destroyed).toBe(false);
    await pass(10_000);
    expect(socket.destroyed).toBe(true);
  });

  it('leaves alone who is within no message, however long', async () => {
    const { watched, pass } = stage();
    const { socket, feed } = watched();
    feed(clientFrame('hello'));
    feed(begin);
    feed(end);
    await pass(1e6);
    expect(socket.destroyed).toBe(false);
  });

  it('judges each by his own beginning, with one timer', async () => {
    const { watched, pass, late } = stage();
    const [first, second, third] = [watched(), watched(), watched()];
    first.feed(begin);
    await pass(4_000);
    second.feed(begin);
    await pass(4_000);
    third.feed(begin);
    first.feed(end);
    await pass(4_000);
    expect(late()).toBe(0);
    await pass(2_000);
    expect([first, second, third].map(({ socket }) => socket.destroyed)).toEqual([
      false,
      true,
      false,
    ]);
    await pass(4_000);
    expect(third.socket.destroyed).toBe(true);
  });

  it('takes what has come while the process stood still', async () => {
    const { watched, clock } = stage();
    const { socket, feed } = watched();
    feed(begin);
    clock.advance(60_000);
    // What lay in the kernel is read before the verdict.
    feed(end);
    await new Promise((resolve) => setImmediate(resolve));
    expect(socket.destroyed).toBe(false);
  });

  it('mixes up no two sockets', async () => {
    const { watched, pass } = stage();
    const slow = watched();
    const other = watched();
    const frame = clientFrame('x'.repeat(300));
    slow.feed(frame.subarray(0, 3));
    other.feed(frame);
    other.feed(Buffer.from([0x03]));
    other.feed(frame.subarray(0, 200));
    slow.feed(frame.subarray(3));
    await pass(20_000);
    expect([slow.socket.destroyed, other.socket.destroyed]).toEqual([false, false]);
  });

  it('forgets a socket that has closed', async () => {
    const { watched, pass, late } = stage();
    const { socket, feed } = watched();
    feed(begin);
    socket.destroy();
    await new Promise((resolve) => socket.once('close', resolve));
    await pass(20_000);
    expect(late()).toBe(0);
  });

  it('cuts nobody without a limit, and listens to nobody', async () => {
    const { watched, pass } = stage(Number.POSITIVE_INFINITY);
    const { socket, feed } = watched();
    expect(socket.listenerCount('data')).toBe(0);
    feed(begin);
    await pass(1e9);
    expect(socket.destroyed).toBe(false);
  });
});
