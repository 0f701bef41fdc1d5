import { describe, expect, it, onTestFinished } from 'vitest';
import { pageWakes, sleepWakes } from '../../../client/connection/wake.ts';
import { startHeartbeat } from '../../../client/link/heartbeat.ts';
import { settableClock } from '../../kit/settable-clock.ts';

describe('sleepWakes', () => {
  it('wakes when a timer runs late by more than its length, and at no other time', () => {
    // Timers that stand still while the machine sleeps, and a clock that does not.
    let now = 0;
    let timer: (() => void) | undefined;
    const after = (_: number, run: () => void) => {
      timer = run;
      return () => (timer = undefined);
    };
    let wakes = 0;
    const undo = sleepWakes({ now: () => now, after })(() => (wakes += 1));
    for (const ms of [5_000, 5_200, 9_000, 10_000]) {
      now += ms;
      timer?.();
    }
    expect(wakes).toBe(0);
    now += 60_000;
    timer?.();
    expect(wakes).toBe(1);
    undo();
    expect(timer).toBeUndefined();
  });
});

describe('pageWakes', () => {
  it('is silent where there is no page', () => {
    expect(pageWakes(() => {})()).toBeUndefined();
  });

  it('wakes when the page is online, shown, or back, until it is undone', () => {
    const window = new EventTarget();
    const document = Object.assign(new EventTarget(), { visibilityState: 'hidden' });
    Object.assign(globalThis, { window, document });
    onTestFinished(() => {
      Reflect.deleteProperty(globalThis, 'window');
      Reflect.deleteProperty(globalThis, 'document');
    });
    let wakes = 0;
    const undo = pageWakes(() => (wakes += 1));
    document.dispatchEvent(new Event('visibilitychange'));
    expect(wakes).toBe(0);
    document.visibilityState = 'visible';
    document.dispatchEvent(new Event('visibilitychange'));
    window.dispatchEvent(new Event('online'));
    window.dispatchEvent(new Event('pageshow'));
    expect(wakes).toBe(3);
    undo();
    window.dispatchEvent(new Event('online'));
    document.dispatchEvent(new Event('visibilitychange'));
    expect(wakes).toBe(3);
  });
});

describe('startHeartbeat', () => {
  const stage = () => {
    const clock = settableClock(0);
    const seen = { pings: 0, dead: 0 };
    const beat = startHeartbeat({
      clock,
      ping: () => (seen.pings += 1),
      dead: () => (seen.dead += 1),
    });
    return { clock, seen, beat };
  };

  it('notices within ten seconds that nothing comes any more', () => {
    const { clock, seen, beat } = stage();
    clock.advance(3_000);
    beat.heard();
    clock.advance(9_999);
    expect(seen).toEqual({ pings: 1, dead: 0 });
    clock.advance(1);
    expect(seen).toEqual({ pings: 1, dead: 1 });
  });

  it('hears an answer that has come while the loop stood still', () => {
    // After a stall what is due runs first, and then what has come is read.
    let now = 0;
    let timer = () => {};
    const after = (_: number, run: () => void) => {
      timer = run;
      return () => (timer = () => {});
    };
    let deaths = 0;
    const clock = { now: () => now, after };
    const beat = startHeartbeat({ clock, ping: () => {}, dead: () => (deaths += 1) });
    now = 5_000;
    timer();
    now = 10_300;
    timer();
    beat.heard();
    timer();
    expect(deaths).toBe(0);
  });

  it('notices it within ten seconds of a clock that is set back, too', () => {
    const { clock, seen, beat } = stage();
    clock.advance(3_000);
    beat.heard();
    clock.turn(-3_600_000);
    clock.advance(10_000);
    expect(seen).toEqual({ pings: 1, dead: 1 });
  });

  it('asks one that answers once when the clock is set back', () => {
    const { clock, seen, beat } = stage();
    clock.turn(-3_600_000);
    clock.advance(5_000);
    for (let second = 0; second < 60; second += 1) {
      beat.heard();
      clock.advance(1_000);
    }
    expect(seen).toEqual({ pings: 1, dead: 0 });
  });

  it('asks nothing while something comes', () => {
    const { clock, seen, beat } = stage();
    for (let second = 0; second < 60; second += 1) {
      clock.advance(1_000);
      beat.heard();
    }
    expect(seen).toEqual({ pings: 0, dead: 0 });
  });

  it('asks at once after a wake, one question at a time', () => {
    const { clock, seen, beat } = stage();
    beat.ask();
    beat.ask();
    expect(seen.pings).toBe(1);
    beat.heard();
    clock.advance(5_000);
    expect(seen).toEqual({ pings: 2, dead: 0 });
    beat.stop();
    clock.advance(60_000);
    expect(seen.dead).toBe(0);
  });
});
