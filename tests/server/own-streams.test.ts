import { observable } from '@trpc/server/observable';
import { describe, expect, it } from 'vitest';
import { endingWith } from '../../server/router/own-streams.ts';
import { manualClock } from '../kit/manual-clock.ts';

/** A stream of what the test gives it, and whether it was cleaned up. */
function source() {
  const given: string[] = [];
  const state = { isClean: false, wake: () => {} };
  const give = (item: string) => {
    given.push(item);
    state.wake();
  };
  async function* stream() {
    try {
      for (;;) {
        const item = given.shift();
        if (item !== undefined) yield item;
        else await new Promise<void>((resolve) => (state.wake = resolve));
      }
    } finally {
      state.isClean = true;
    }
  }
  return { stream: stream(), give, state };
}

const ended = (stream: unknown, clock = manualClock(), ms = 1_000) => {
  const left = { clock, ms, signal: undefined };
  return (endingWith(stream, left) as AsyncIterable<string>)[Symbol.asyncIterator]();
};

const expired = { code: 'TOKEN_EXPIRED' };

describe("a stream of a team's own", () => {
  it('[AUT2] ends with the token of its reader, while nothing comes', async () => {
    const clock = manualClock();
    const { stream, give } = source();
    const items = ended(stream, clock);
    give('a');
    expect(await items.next()).toEqual({ done: false, value: 'a' });
    const waiting = items.next();
    clock.advance(999);
    give('b');
    expect(await waiting).toEqual({ done: false, value: 'b' });
    const late = items.next();
    clock.advance(1);
    await expect(late).rejects.toMatchObject(expired);
    expect(await items.next()).toEqual({ done: true, value: undefined });
  });

  it('[AUT2] ends where nobody was waiting just then, and begins with no token that has ended', async () => {
    const clock = manualClock();
    const { stream, give, state } = source();
    const items = ended(stream, clock);
    give('a');
    await items.next();
    clock.advance(1_000);
    give('b');
    await expect(items.next()).rejects.toMatchObject(expired);
    await expect.poll(() => state.isClean).toBe(true);
    const late = ended(source().stream, clock, -5);
    const first = late.next();
    clock.advance(0);
    await expect(first).rejects.toMatchObject(expired);
  });

  it('is cleaned up by whoever stops it, and leaves no timer', async () => {
    const { stream, give, state } = source();
    const timers = new Set<() => void>();
    const clock = {
      ...manualClock(),
      after: (_: number, run: () => void) => {
        timers.add(run);
        return () => void timers.delete(run);
      },
    };
    const items = ended(stream, clock);
    give('a');
    await items.next();
    expect(timers.size).toBe(1);
    await items.return?.();
    expect(timers.size).toBe(0);
    await expect.poll(() => state.isClean).toBe(true);
  });

  it('says how it fails, or that it is over', async () => {
    async function* failing() {
      yield 'a';
      throw new Error('of its own');
    }
    const items = ended(failing());
    await items.next();
    await expect(items.next()).rejects.toThrow('of its own');
    async function* short() {
      yield 'a';
    }
    const over = ended(short());
    await over.next();
    expect(await over.next()).toMatchObject({ done: true });
  });

  it('may be an observable', async () => {
    const clock = manualClock();
    const items = ended(
      observable<string>((observer) => observer.next('a')),
      clock,
    );
    expect(await items.next()).toEqual({ done: false, value: 'a' });
    const late = items.next();
    clock.advance(1_000);
    await expect(late).rejects.toMatchObject(expired);
  });

  it('is nothing else', () => {
    for (const other of [undefined, null, 'text', 5, { a: 1 }]) {
      expect(endingWith(other, { clock: manualClock(), ms: 5, signal: undefined })).toBe(other);
    }
  });
});
