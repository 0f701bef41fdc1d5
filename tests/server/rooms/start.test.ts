import { describe, expect, it } from 'vitest';
import { decideStart } from '../../../server/rooms/start.ts';

const bounds = { epoch: 'E', first: 11, head: 20 };
const decide = (epoch: string, offset: number, maxReplay = 100) =>
  decideStart(bounds, { epoch, offset }, maxReplay);

describe('decideStart', () => {
  it('starts fresh at the head without a position', () => {
    expect(decideStart(bounds, undefined, 100)).toEqual({
      start: 'fresh',
      position: { epoch: 'E', offset: 20 },
    });
  });

  it.each([10, 11, 19, 20])(
    '[RES3] resumes after offset %i, of which nothing is missing',
    (offset) => {
      expect(decide('E', offset)).toEqual({ start: 'resumed', position: { epoch: 'E', offset } });
    },
  );

  it.each([
    ['epoch-changed', 'OLD', 15, 100],
    ['expired', 'E', 9, 100],
    ['ahead-of-server', 'E', 21, 100],
    ['too-many', 'E', 14, 5],
  ])('[RES3] tells a gap: %s', (reason, epoch, offset, maxReplay) => {
    expect(decide(epoch, offset, maxReplay)).toEqual({
      start: 'gap',
      position: { epoch: 'E', offset: 20 },
      gap: { reason, from: `${epoch}:${offset}`, to: 'E:20' },
    });
  });

  it('[RES3] names the changed epoch first, whatever else is wrong', () => {
    expect(decide('OLD', 99)).toMatchObject({ gap: { reason: 'epoch-changed' } });
  });

  it('[RES3] resumes in an empty room and in one that was trimmed to nothing', () => {
    const empty = { epoch: 'E', first: 1, head: 0 };
    expect(decideStart(empty, { epoch: 'E', offset: 0 }, 9).start).toBe('resumed');
    const trimmed = { epoch: 'E', first: 6, head: 5 };
    expect(decideStart(trimmed, { epoch: 'E', offset: 5 }, 9).start).toBe('resumed');
    expect(decideStart(trimmed, { epoch: 'E', offset: 4 }, 9).start).toBe('gap');
  });
});
