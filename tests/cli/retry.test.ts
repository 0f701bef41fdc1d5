import { describe, expect, it } from 'vitest';
import { backoffMs, retry } from '../../cli/retry.ts';
import { RoomError } from '../../shared/index.ts';

describe('trying again', () => {
  const random = () => 0;

  it('goes on while the failure is one that passes', async () => {
    let count = 0;
    const attempt = async () => {
      count += 1;
      if (count < 3) throw new RoomError('LOG_UNAVAILABLE');
      return count;
    };
    expect(await retry(attempt, { patienceMs: 5_000, random })).toBe(3);
  });

  it.each(['FORBIDDEN', 'CONFLICT', 'INTERNAL'] as const)('stops at once at %s', async (code) => {
    let count = 0;
    const attempt = async () => {
      count += 1;
      throw new RoomError(code);
    };
    await expect(retry(attempt, { patienceMs: 5_000 })).rejects.toMatchObject({ code });
    expect(count).toBe(1);
  });

  it('gives up when patience ends, and says why it failed last', async () => {
    const attempt = async () => {
      throw new RoomError('RESTARTING', 'back soon');
    };
    const trying = retry(attempt, { patienceMs: 120, random });
    await expect(trying).rejects.toMatchObject({ code: 'NO_ANSWER' });
    await expect(trying).rejects.toThrow(
      'given up after 0.12 s without an answer; last: back soon',
    );
  });

  it('gives up an attempt that hangs', async () => {
    const trying = retry(() => new Promise<never>(() => {}), { patienceMs: 50 });
    await expect(trying).rejects.toMatchObject({ code: 'NO_ANSWER' });
  });

  it('ends when it is interrupted', async () => {
    const controller = new AbortController();
    const trying = retry(() => new Promise<never>(() => {}), {
      patienceMs: 60_000,
      signal: controller.signal,
    });
    controller.abort('SIGTERM');
    await expect(trying).rejects.toMatchObject({ code: 'INTERRUPTED', exitCode: 143 });
  });

  it('waits longer each time, up to 2 s, never less than half of it', () => {
    const waits = [0, 1, 4, 9].map((count) => [backoffMs(count, 0), backoffMs(count, 1)]);
    expect(waits).toEqual([
      [50, 100],
      [100, 200],
      [800, 1600],
      [1000, 2000],
    ]);
  });
});
