import { describe, expect, it } from 'vitest';
import type { StoredEvent } from '../../../server/log/room-log.ts';
import { MarkGate } from '../../../server/log/sqlite/mark-gate.ts';
import { RoomError } from '../../../shared/index.ts';

const added = (...offsets: number[]) => {
  const events = offsets.map((offset): StoredEvent => {
    return { offset, type: 'message', data: '{}', by: { id: 'ada', name: 'Ada' }, at: 1 };
  });
  return [['chat/r', events]] as const;
};

/** A gate over a log that has made `commits`, its mark in the test's hands. */
function stage() {
  const seen = { shown: [] as number[], marks: 0 };
  const log = { commits: 1, markFails: false };
  let busy = Promise.resolve();
  const gate = new MarkGate({
    marked: 1,
    show: (some) => {
      for (const [, events] of some) seen.shown.push(...events.map(({ offset }) => offset));
    },
    mark: async () => {
      seen.marks += 1;
      if (log.markFails) throw new RoomError('LOG_UNAVAILABLE');
      return log.commits;
    },
    exclusive: (job) => busy.then(job),
  });
  const look = () => gate.look(() => ({ commits: log.commits, result: log.commits }));
  const work = (until: Promise<void>) => void (busy = until);
  return { gate, log, seen, look, work };
}

describe('MarkGate', () => {
  it('[LOG3] shows what is marked at once, and holds back what is not until a mark can be written', () => {
    const { gate, seen } = stage();
    gate.pass(2, added(1, 2));
    gate.hold(added(3));
    gate.hold(added(4, 5));
    // An erase that found nothing has committed nothing, and marked nothing.
    gate.pass(2);
    expect(seen.shown).toEqual([1, 2]);
    gate.pass(5, added(6));
    expect(seen.shown).toEqual([1, 2, 3, 4, 5, 6]);
    gate.pass(6);
    expect(seen.shown).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it('[LOG3] lets a reader wait for the mark of the commit that is under way', async () => {
    const { gate, log, seen, look, work } = stage();
    let end = () => {};
    work(new Promise((resolve) => (end = resolve)));
    log.commits = 2;
    const looks = [look(), look()];
    const isOver = { now: false };
    void Promise.all(looks).then(() => (isOver.now = true));
    await new Promise((resolve) => setImmediate(resolve));
    expect(isOver.now).toBe(false);
    gate.pass(2, added(1));
    end();
    expect(await Promise.all(looks)).toEqual([2, 2]);
    expect(seen).toEqual({ shown: [1], marks: 0 });
  });

  it('[LOG3] writes a missing mark for a reader, and shows followers what he is shown', async () => {
    const { gate, log, seen, look } = stage();
    log.commits = 2;
    gate.hold(added(1));
    log.markFails = true;
    await expect(look()).rejects.toMatchObject({ code: 'LOG_UNAVAILABLE' });
    expect(seen.shown).toEqual([]);
    log.markFails = false;
    expect(await look()).toBe(2);
    expect(seen).toEqual({ shown: [1], marks: 2 });
  });

  it('[LOG3] refuses to read what another process has written', async () => {
    const { gate } = stage();
    for (const commits of [7, Number.NaN]) {
      await expect(gate.look(() => ({ commits, result: 7 }))).rejects.toMatchObject({
        code: 'LOG_UNAVAILABLE',
      });
    }
  });
});
