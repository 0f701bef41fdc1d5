import { describe, expect, it } from 'vitest';
import { dueBy, letGo, MOVE_MS } from '../../server/leaving.ts';
import { settableClock } from '../kit/settable-clock.ts';

interface Client {
  askedAt: number[];
  endedAt: number | undefined;
}

/** Clients that are gone some time after they were asked, or never. */
function stage(count: number, { windowMs, movesInMs }: { windowMs: number; movesInMs?: number }) {
  const clock = settableClock(0);
  const clients: Client[] = Array.from({ length: count }, () => ({
    askedAt: [],
    endedAt: undefined,
  }));
  const leavers = clients.map((client) => ({
    ask: () => void client.askedAt.push(clock.now()),
    end: () => (client.endedAt = clock.now()),
    get isGone() {
      const [askedAt = Number.POSITIVE_INFINITY] = client.askedAt;
      const hasMoved = movesInMs !== undefined && clock.now() >= askedAt + movesInMs;
      return hasMoved || client.endedAt !== undefined;
    },
  }));
  const leaving = letGo(leavers, { clock, windowMs });
  let doneAt: number | undefined;
  void leaving.done.then(() => (doneAt = clock.now()));
  const pass = async (ms: number) => {
    for (let passed = 0; passed < ms; passed += 50) {
      clock.advance(50);
      await Promise.resolve();
    }
  };
  return { clock, clients, leaving, pass, doneAt: () => doneAt };
}

describe('clients that are asked to go', () => {
  it('are asked once each, in slots that fill the window evenly', async () => {
    const { clients, pass, doneAt } = stage(100, { windowMs: 10_000, movesInMs: 1_000 });
    await pass(20_000);
    expect(clients.every(({ askedAt }) => askedAt.length === 1)).toBe(true);
    const perSecond = Array.from({ length: 10 }, (_, second) =>
      clients.filter(({ askedAt: [at = 0] }) => Math.floor(at / 1_000) === second),
    );
    for (const some of perSecond) expect(some.length).toBeGreaterThanOrEqual(9);
    expect(clients.every(({ endedAt }) => endedAt === undefined)).toBe(true);
    // No longer than the last takes.
    expect(doneAt()).toBeLessThanOrEqual(11_000);
  });

  it('are ended in their own time where they stay', async () => {
    const { clients, pass, doneAt } = stage(10, { windowMs: 1_000 });
    await pass(1_000 + MOVE_MS + 100);
    for (const { askedAt, endedAt } of clients) {
      expect(askedAt).toHaveLength(1);
      expect((endedAt ?? 0) - (askedAt[0] ?? 0)).toBeGreaterThanOrEqual(MOVE_MS - 100);
    }
    expect(doneAt()).toBeLessThanOrEqual(1_000 + MOVE_MS + 100);
  });

  it('are waited for no longer when there is hurry', async () => {
    const { clients, leaving, pass, doneAt } = stage(10, { windowMs: 10_000 });
    await pass(1_000);
    leaving.hurry();
    await pass(20_000);
    expect(doneAt()).toBeLessThanOrEqual(1_050);
    expect(clients.filter(({ askedAt }) => askedAt.length > 0).length).toBeLessThanOrEqual(2);
  });

  it('are not waited for where there are none', async () => {
    const { pass, doneAt } = stage(0, { windowMs: 10_000 });
    await pass(50);
    expect(doneAt()).toBeLessThanOrEqual(50);
  });

  it.each([-3_600_000, -400, 3_600_000])(
    'have gone in time on a clock that is set by %i ms',
    async (ms) => {
      const { clock, pass, doneAt } = stage(10, { windowMs: 1_000 });
      await pass(500);
      clock.turn(ms);
      await pass(400 + MOVE_MS - 50);
      expect(doneAt()).toBeUndefined();
      await pass(100);
      expect(doneAt()).toBeDefined();
    },
  );
});

describe('slots', () => {
  it.each([
    [-1, 0],
    [0, 1],
    [99, 1],
    [100, 2],
    [999, 10],
    [1_000, 10],
    [5_000, 10],
  ])('after %i ms %i of 10 in 1,000 ms', (elapsedMs, due) => {
    expect(dueBy(elapsedMs, { count: 10, windowMs: 1_000 })).toBe(due);
  });

  it('are none for nobody, and at once in no window', () => {
    expect(dueBy(0, { count: 0, windowMs: 1_000 })).toBe(0);
    expect(dueBy(0, { count: 10, windowMs: 0 })).toBe(10);
  });
});
