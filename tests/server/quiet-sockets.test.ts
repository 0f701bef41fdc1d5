import { describe, expect, it } from 'vitest';
import { QuietSockets, type QuietSocket } from '../../server/http/quiet-sockets.ts';
import { manualClock } from '../kit/manual-clock.ts';
import { settle } from '../kit/settle.ts';

interface HandSocket extends QuietSocket {
  bytesRead: number;
  bytesWritten: number;
  writableLength: number;
  destroyed: boolean;
  queued: number;
}

function stage() {
  const clock = manualClock();
  const looked: number[] = [];
  const quiet = new QuietSockets({
    clock,
    stallMs: 30_000,
    queues: async (all) => {
      looked.push(all.length);
      return new Map(all.map((one) => [one, (one as HandSocket).queued]));
    },
  });
  const socket = (queued: number) => {
    const made: HandSocket = {
      bytesRead: 1,
      bytesWritten: 8_000_000,
      writableLength: 0,
      destroyed: false,
      queued,
      destroy: () => (made.destroyed = true),
    };
    quiet.add(made);
    return made;
  };
  const look = async () => {
    clock.advance(5_000);
    await settle();
  };
  return { quiet, socket, look, looked };
}

describe('a quiet HTTP connection', () => {
  it.each([
    ['in the kernel', { queued: 3_000_000 }],
    ['in Node', { writableLength: 1 }],
  ])('[TRN4] is cut when nothing moves of what waits for it %s', async (_, waiting) => {
    const { socket, look } = stage();
    const one = Object.assign(socket(0), waiting);
    for (let looks = 0; looks < 6; looks += 1) await look();
    expect(one.destroyed).toBe(false);
    await look();
    expect(one.destroyed).toBe(true);
  });

  it('is left alone while nothing waits for it: a call may take its time', async () => {
    const { socket, look } = stage();
    const one = socket(0);
    for (let looks = 0; looks < 100; looks += 1) await look();
    expect(one.destroyed).toBe(false);
  });

  it('[TRN4] is left alone as long as the kernel holds less and less for it', async () => {
    const { socket, look } = stage();
    const slow = socket(3_000_000);
    for (let looks = 0; looks < 100; looks += 1) {
      if (looks % 5 === 0) slow.queued -= 1;
      await look();
    }
    expect(slow.destroyed).toBe(false);
    for (let looks = 0; looks < 6; looks += 1) await look();
    expect(slow.destroyed).toBe(true);
  });

  it('[TRN4] is cut also when it moved and was quiet again between two looks', async () => {
    const { quiet, socket, look } = stage();
    const one = socket(9);
    one.bytesWritten += 1;
    quiet.add(one);
    for (let looks = 0; looks < 7; looks += 1) await look();
    expect(one.destroyed).toBe(true);
  });

  it('is looked at no more when Node has seen something move, or it is gone', async () => {
    const { quiet, socket, look, looked } = stage();
    const [reads, writes, gone] = [socket(0), socket(0), socket(0)];
    await look();
    reads.bytesRead += 1;
    writes.bytesWritten += 1;
    gone.destroyed = true;
    for (let looks = 0; looks < 3; looks += 1) await look();
    expect(looked).toEqual([3, 3]);
    quiet.add(reads);
    await look();
    expect(looked).toEqual([3, 3, 1]);
  });
});
