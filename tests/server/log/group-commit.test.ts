import { describe, expect, it } from 'vitest';
import { GroupCommit } from '../../../server/log/sqlite/group-commit.ts';
import { RoomError } from '../../../shared/index.ts';
import { manualClock } from '../../kit/manual-clock.ts';
import { settle } from '../../kit/settle.ts';

/** A writer in the test's hands: batches as they come, each answered when the test says so. */
function stage(maxBatch = 100) {
  const batches: {
    items: number[];
    answer: (results: (number | RoomError)[]) => void;
    fail: (error: Error) => void;
  }[] = [];
  const clock = manualClock();
  const group = new GroupCommit<number, number>(
    (items) =>
      new Promise((answer, fail) => {
        batches.push({ items, answer, fail });
      }),
    { maxBatch, clock },
  );
  return { group, batches, clock };
}

/** The same after a batch of `callers` was answered. */
async function stageOf(callers: number, maxBatch?: number) {
  const made = stage(maxBatch);
  const first = Array.from({ length: callers }, (_, no) => made.group.add(no));
  for (let no = 0, answered = 0; answered < callers;) {
    await settle();
    const batch = made.batches[no];
    if (!batch) continue;
    batch.answer(batch.items.map(() => 0));
    no += 1;
    answered += batch.items.length;
    await Promise.all(first.slice(0, answered));
  }
  const before = made.batches.length;
  return { ...made, batchSizes: () => made.batches.slice(before).map(({ items }) => items.length) };
}

describe('GroupCommit', () => {
  it('[LOG2] makes one batch of all that wait, one at a time', async () => {
    const { group, batches } = stage();
    const first = [group.add(1), group.add(2)];
    await settle();
    const second = [group.add(3), group.add(4)];
    await settle();
    expect(batches.map(({ items }) => items)).toEqual([[1, 2]]);
    batches[0]?.answer([10, 20]);
    expect(await Promise.all(first)).toEqual([10, 20]);
    await settle();
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
    await settle();
    const waiting = group.add(2);
    const again = first.then(() => group.add(3));
    batches[0]?.answer([10]);
    await first;
    await settle();
    await settle();
    expect(batches[1]?.items).toEqual([2, 3]);
    batches[1]?.answer([20, 30]);
    expect(await Promise.all([waiting, again])).toEqual([20, 30]);
  });

  it('[LOG2] lets many who were answered come back before it begins the next batch', async () => {
    const { group, batchSizes } = await stageOf(8);
    for (let no = 0; no < 7; no += 1) void group.add(no);
    await settle();
    await settle();
    expect(batchSizes()).toEqual([]);
    void group.add(7);
    await settle();
    expect(batchSizes()).toEqual([8]);
  });

  it('[LOG2] waits for them as long as some come back every 2 ms, and 8 ms at most', async () => {
    const { group, batchSizes, clock } = await stageOf(50);
    for (let no = 0; no < 4; no += 1) {
      void group.add(no);
      clock.advance(1.5);
      await settle();
      expect(batchSizes()).toEqual([]);
    }
    void group.add(4);
    clock.advance(1.9);
    await settle();
    expect(batchSizes()).toEqual([]);
    clock.advance(0.1);
    await settle();
    expect(batchSizes()).toEqual([5]);
  });

  it('[LOG2] waits no longer when for 2 ms none of them has come back', async () => {
    const { group, batches, batchSizes, clock } = await stageOf(20);
    const alone = group.add(0);
    clock.advance(1);
    await settle();
    expect(batchSizes()).toEqual([]);
    clock.advance(1);
    await settle();
    expect(batchSizes()).toEqual([1]);
    batches[1]?.answer([0]);
    await alone;
    // Who came back alone is not kept waiting again.
    void group.add(1);
    await settle();
    await settle();
    expect(batchSizes()).toEqual([1, 1]);
  });

  it('[LOG2] waits for those too who came while the last batch was under way', async () => {
    const { group, batches, batchSizes } = await stageOf(8);
    const first = Array.from({ length: 8 }, (_, no) => group.add(no));
    await settle();
    for (let no = 0; no < 4; no += 1) void group.add(no);
    batches[1]?.answer(first.map(() => 0));
    await Promise.all(first);
    for (let no = 0; no < 7; no += 1) void group.add(no);
    await settle();
    expect(batchSizes()).toEqual([8]);
    void group.add(7);
    await settle();
    expect(batchSizes()).toEqual([8, 12]);
  });

  it('does not wait for few', async () => {
    const { group, batchSizes } = await stageOf(7);
    void group.add(0);
    await settle();
    expect(batchSizes()).toEqual([1]);
  });

  it('cuts no wait with the end of an earlier one', async () => {
    const { group, batches, batchSizes, clock } = await stageOf(8);
    const all = Array.from({ length: 7 }, (_, no) => group.add(no));
    clock.advance(1);
    all.push(group.add(7));
    await settle();
    batches.at(-1)?.answer(all.map(() => 0));
    await Promise.all(all);
    await settle();
    void group.add(0);
    // The first wait would end here, the second one a millisecond later.
    clock.advance(1);
    await settle();
    expect(batchSizes()).toEqual([8]);
    clock.advance(1);
    await settle();
    expect(batchSizes()).toEqual([8, 1]);
  });

  it('waits for no more than a batch can hold', async () => {
    const { group, batchSizes } = await stageOf(16, 8);
    for (let no = 0; no < 8; no += 1) void group.add(no);
    await settle();
    expect(batchSizes()).toEqual([8]);
  });

  it('[LOG2] lets nobody wait behind a transaction that failed', async () => {
    const { group, batches } = stage(8);
    const all = Promise.allSettled(Array.from({ length: 16 }, (_, no) => group.add(no)));
    await settle();
    batches[0]?.answer(Array.from({ length: 8 }, () => 0));
    await settle();
    await settle();
    batches[1]?.fail(new Error('no disk'));
    await all;
    await settle();
    void group.add(0);
    await settle();
    expect(batches.map(({ items }) => items.length)).toEqual([8, 8, 1]);
  });

  it('[LOG4] lets nobody wait behind a job', async () => {
    const { group, batchSizes, clock } = await stageOf(8);
    await settle();
    let end = () => {};
    const job = group.exclusive(() => new Promise<void>((resolve) => (end = resolve)));
    await settle();
    void group.add(0);
    clock.advance(500);
    end();
    await job;
    await settle();
    await settle();
    expect(batchSizes()).toEqual([1]);
  });

  it('[LOG4] lets no job wait for callers', async () => {
    const { group, batchSizes } = await stageOf(8);
    void group.add(0);
    await settle();
    const job = group.exclusive(async () => 'done');
    await settle();
    // Batches and jobs take turns, and the last turn was a batch's.
    expect(await job).toBe('done');
    await settle();
    await settle();
    expect(batchSizes()).toEqual([1]);
  });

  it('refuses one item of a batch and answers the others', async () => {
    const { group, batches } = stage();
    const all = Promise.allSettled([group.add(1), group.add(2)]);
    await settle();
    batches[0]?.answer([new RoomError('CONFLICT'), 20]);
    expect(await all).toMatchObject([
      { status: 'rejected', reason: { code: 'CONFLICT' } },
      { status: 'fulfilled', value: 20 },
    ]);
  });

  it('fails a whole batch with what the writer threw, and goes on', async () => {
    const { group, batches } = stage();
    const failing = Promise.allSettled([group.add(1), group.add(2)]);
    await settle();
    batches[0]?.fail(new Error('no disk'));
    expect((await failing).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    const next = group.add(3);
    await settle();
    batches[1]?.answer([30]);
    expect(await next).toBe(30);
  });

  it('[LOG4] lets jobs and batches take turns', async () => {
    const { group, batches } = stage(1);
    const order: string[] = [];
    const adds = [1, 2].map((item) => group.add(item));
    const jobs = ['x', 'y'].map((name) => group.exclusive(async () => void order.push(name)));
    for (let done = 0; done < 2;) {
      await settle();
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
