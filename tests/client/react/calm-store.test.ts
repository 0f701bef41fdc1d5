import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { calmStore } from '../../../client/react/calm-store.ts';
import { createStore } from '../../../client/store.ts';

describe('calmStore', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('tells of the first change at once, of many 20 times a second, and of the last for sure', () => {
    const { store, set } = createStore(0);
    const seen: number[] = [];
    const calm = calmStore(store);
    calm.subscribe(() => seen.push(calm.getSnapshot()));
    for (let value = 1; value <= 100; value += 1) {
      set(value);
      vi.advanceTimersByTime(10);
    }
    expect(seen[0]).toBe(1);
    expect(seen.length).toBeLessThanOrEqual(21);
    vi.advanceTimersByTime(50);
    expect(seen.at(-1)).toBe(100);
    vi.advanceTimersByTime(1_000);
    set(101);
    expect(seen.at(-1)).toBe(101);
  });

  it('tells nobody who has gone, and says what stands at any time', () => {
    const { store, set } = createStore('a');
    const listener = vi.fn();
    const calm = calmStore(store);
    const undo = calm.subscribe(listener);
    set('b');
    set('c');
    expect(calm.getSnapshot()).toBe('c');
    undo();
    vi.advanceTimersByTime(1_000);
    expect(listener).toHaveBeenCalledTimes(1);
    expect(vi.getTimerCount()).toBe(0);
  });
});
