import { describe, expect, it } from 'vitest';
import { GroupCommit } from '../../../server/log/sqlite/group-commit.ts';
import { RoomError } from '../../../shared/index.ts';

/** A writer in the test's hands: batches as they come, each answered when the test says so. */
function stage(maxBatch = 100) {
  const batches: {
    items: number[];
    answer: (results: (number | RoomError)[]) => void;
    fail: (error: Error) => void;
  }[] = [];
  const group = new GroupCommit<number, number>(
    (items) =>
      new Promise((answer, fail) => {
        batches.push({ items, answer, fail });
      }),
    { maxBatch },
  );
  return { group, batches };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

describe('GroupCommit', () => {
  it('[LOG2] makes one batch of all that wait, one at a time', async () => {
    const { group, batches } = stage();
    const first = [group.add(1), group.add(2)];
    await turn();
    const second = [group.add(3), group.add(4)];
    await turn();
    expect(batches.map(({ items }) => items)).toEqual([[1, 2]]);
    batches[0]?.answer([10, 20]);
    expect(await Promise.all(first)).toEqual([10, 20]);
    await turn();
    expect(batches.map(({ items }) => items)).toEqual([
      [1, 2],
      [3, 4],
    ]);
    batches[1]?.answer([30, 40]);
    expect(await Promise.all(second)).toEqual([30, 40]);
  });

  it('takes callers who were just answered into the next batch', async () => {
    const { group, batches } = stage();
    const first = group.add(1);
    await turn();
    const waiting = group.add(2);
    const again = first.then(() => group.add(3));
    batches[0]?.answer([10]);
    await first;
    await turn();
    await turn();
    expect(batches[1]?.items).toEqual([2, 3]);
    batches[1]?.answer([20, 30]);
    expect(await Promise.all([waiting, again])).toEqual([20, 30]);
  });

  it('refuses one item of a batch and answers the others', async () => {
    const { group, batches } = stage();
    const all = Promise.allSettled([group.add(1), group.add(2)]);
    await turn();
    batches[0]?.answer([new RoomError('CONFLICT'), 20]);
    expect(await all).toMatchObject([
      { status: 'rejected', reason: { code: 'CONFLICT' } },
      { status: 'fulfilled', value: 20 },
    ]);
  });

  it('fails a whole batch with what the writer threw, and goes on', async () => {
    const { group, batches } = stage();
    const failing = Promise.allSettled([group.add(1), group.add(2)]);
    await turn();
    batches[0]?.fail(new Error('no disk'));
    expect((await failing).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    const next = group.add(3);
    await turn();
    batches[1]?.answer([30]);
    expect(await next).toBe(30);
  });

  it('[LOG4] lets jobs and batches take turns', async () => {
    const { group, batches } = stage(1);
    const order: string[] = [];
    const adds = [1, 2].map((item) => group.add(item));
    const jobs = ['x', 'y'].map((name) => group.exclusive(async () => void order.push(name)));
    for (let done = 0; done < 2;) {
      await turn();
      const batch = batches[done];
      if (!batch) continue;
      order.push(String(batch.items[0]));
      batch.answer([0]);
      done += 1;
    }
    await Promise.all([...adds, ...jobs]);
    expect(order).toEqual(['1', 'x', '2', 'y']);
    await group.idle();
  });
});
