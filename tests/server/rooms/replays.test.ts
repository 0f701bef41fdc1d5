import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Page } from '../../../server/log/room-log.ts';
import {
  Replays,
  type FramePage,
  type ReplayLimits,
  type ReplayRoom,
} from '../../../server/rooms/replays.ts';
import { RoomError } from '../../../shared/index.ts';
import { ada, general, memoryLog } from '../../kit/rooms.ts';

/** A room with so many events, its reads counted, and turns in the test's hands. */
async function stage(count: number, limits: ReplayLimits = {}) {
  const log = memoryLog();
  for (let no = 1; no <= count; no += 1) {
    const data = `{"json":{"text":"${no}"}}`;
    await log.append({ room: general, type: 'message', data, by: ada, at: 1 });
  }
  const reads: number[] = [];
  const room: ReplayRoom = {
    read: (after, limit) => {
      reads.push(after);
      return log.read(general, { after, limit });
    },
  };
  const turns: (() => void)[] = [];
  const pause = () => new Promise<void>((resolve) => turns.push(resolve));
  const replays = new Replays({ pageSize: 10, gatherTurns: 3, quietTurns: 2, ...limits, pause });
  const turn = async () => {
    for (const go of turns.splice(0)) go();
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { log, room, reads, replays, turn };
}

/** What has come of pages that were asked for. */
function watch(pages: readonly Promise<FramePage>[]) {
  const got = pages.map((): FramePage | Error | undefined => undefined);
  for (const [index, page] of pages.entries()) {
    page.then(
      (value) => (got[index] = value),
      (error: Error) => (got[index] = error),
    );
  }
  return got;
}

const offsets = (page: FramePage | Error | undefined) =>
  page && 'frames' in page ? page.frames.map(({ offset }) => offset) : [];

describe('Replays', () => {
  it('[RES5] reads once for all who come back within some turns, and makes each frame once', async () => {
    const { room, reads, replays, turn } = await stage(10);
    const first = watch([replays.begin(room, 0)]);
    await turn();
    const second = watch([replays.begin(room, 0), replays.begin(room, 2)]);
    await turn();
    expect(reads).toEqual([]);
    await turn();
    expect(reads).toEqual([0]);
    expect(offsets(first[0])).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    expect(second[0]).toBe(first[0]);
    expect(second[1]).toBe(first[0]);
  });

  it('[RES5] waits no longer when nobody else comes back', async () => {
    const { room, reads, replays, turn } = await stage(10, { gatherTurns: 100 });
    watch([replays.begin(room, 0)]);
    await turn();
    expect(reads).toEqual([]);
    await turn();
    expect(reads).toEqual([0]);
  });

  it('[RES5] reads on at the next turn, for all who stand nearby', async () => {
    const { room, reads, replays, turn } = await stage(30);
    const got = watch([14, 10, 12, 3].map((after) => replays.goOn(room, after)));
    await turn();
    // The one who has waited longest comes on, with those of half a page before and behind him.
    expect(reads).toEqual([10]);
    expect(got.map((page) => offsets(page).at(-1))).toEqual([20, 20, 20, undefined]);
    await turn();
    expect(reads).toEqual([10, 3]);
    expect(offsets(got[3]).at(-1)).toBe(13);
  });

  it('gives a page to so many in a turn and no more, and reads it anew for the others', async () => {
    const { log, room, reads, replays, turn } = await stage(5, { feedsAtOnce: 3 });
    const got = watch(Array.from({ length: 7 }, () => replays.begin(room, 0)));
    await turn();
    expect(got.filter((page) => page)).toHaveLength(3);
    // LOG5: nothing is kept from one read to the next, the content of an erased event least of all.
    await log.erase(general, 2);
    await turn();
    expect(got.filter((page) => page)).toHaveLength(6);
    const [early, late] = [got[0], got[5]];
    if (!early || !late || !('frames' in early) || !('frames' in late)) throw new Error('no pages');
    expect([early.frames[1]?.data.type, late.frames[1]?.data.type]).toEqual(['event', 'erased']);
    await turn();
    expect(got.every((page) => page)).toBe(true);
    expect(reads).toEqual([0, 0, 0]);
  });

  it('reads one page a turn, room by room', async () => {
    const { room, reads, replays, turn } = await stage(5);
    const other: ReplayRoom = { read: (after, limit) => room.read(after, limit) };
    const got = watch([
      replays.goOn(room, 1),
      replays.goOn(other, 2),
      replays.goOn(room, 1),
      replays.goOn(other, 2),
    ]);
    await turn();
    expect(got.map(offsets).map(({ length }) => length)).toEqual([4, 0, 4, 0]);
    await turn();
    expect(reads).toEqual([1, 2]);
    expect(got.map(offsets).map(({ length }) => length)).toEqual([4, 3, 4, 3]);
  });

  it('[LOG3] fails those alone whose own stretch is damaged', async () => {
    const { room, replays, turn } = await stage(30);
    const damaged: ReplayRoom = {
      read: async (after, limit): Promise<Page> => {
        if (after < 3) throw new RoomError('LOG_DAMAGED');
        return room.read(after, limit);
      },
    };
    const got = watch([5, 2, 1, 2, 4].map((after) => replays.goOn(damaged, after)));
    for (let count = 0; count < 4; count += 1) await turn();
    expect(got.map((page) => (page instanceof Error ? page.message : offsets(page)[0]))).toEqual([
      5,
      new RoomError('LOG_DAMAGED').message,
      new RoomError('LOG_DAMAGED').message,
      new RoomError('LOG_DAMAGED').message,
      5,
    ]);
  });

  it('[RES5] brings everybody on, whoever else keeps asking for another place', async () => {
    const { room, replays, turn } = await stage(100);
    const mine = watch([replays.goOn(room, 90)]);
    for (let count = 0; count < 3; count += 1) {
      watch(Array.from({ length: 100 }, (_, no) => replays.goOn(room, no % 80)));
      await turn();
    }
    expect(offsets(mine[0]).at(-1)).toBe(100);
  });

  it('[RES2] gives everybody a page that joins on to where he stands', async () => {
    const plan = fc.record({
      pageSize: fc.integer({ min: 1, max: 12 }),
      feedsAtOnce: fc.integer({ min: 1, max: 5 }),
      places: fc.array(fc.nat(45), { minLength: 1, maxLength: 20 }),
    });
    await fc.assert(
      fc.asyncProperty(plan, async ({ places, ...limits }) => {
        const { room, replays, turn } = await stage(40, limits);
        const got = watch(places.map((after) => replays.begin(room, after)));
        for (let count = 0; count < 3 + places.length; count += 1) await turn();
        for (const [index, after] of places.entries()) {
          const page = got[index];
          expect(page).toMatchObject({ epoch: 'E', head: 40 });
          const own = offsets(page).filter((offset) => offset > after);
          if (after < 40) expect(own[0]).toBe(after + 1);
          else expect(own).toEqual([]);
        }
      }),
      { numRuns: 100 },
    );
  });
});
