import { describe, expect, it, vi } from 'vitest';
import { Deadlines } from '../../server/deadlines.ts';
import { KeepAlives } from '../../server/transport/ws/keep-alive.ts';
import type { KernelSide } from '../../server/transport/ws/kernel-queues.ts';
import { SlowReaders } from '../../server/transport/ws/slow-readers.ts';
import { HOUR } from '../../shared/index.ts';
import { manualClock } from '../kit/manual-clock.ts';
import { settableClock } from '../kit/settable-clock.ts';
import { settle } from '../kit/settle.ts';

function stage(ms: number) {
  const clock = settableClock();
  const due: string[] = [];
  const deadlines = new Deadlines<string>({ clock, ms, onDue: (item) => due.push(item) });
  return { clock, due, deadlines };
}

describe('Deadlines', () => {
  it('calls for each item once, at its own time', () => {
    const { clock, due, deadlines } = stage(100);
    deadlines.set('a');
    clock.advance(60);
    deadlines.set('b');
    clock.advance(39);
    expect(due).toEqual([]);
    clock.advance(1);
    expect(due).toEqual(['a']);
    clock.advance(59);
    expect(due).toEqual(['a']);
    clock.advance(1);
    expect(due).toEqual(['a', 'b']);
    clock.advance(1_000);
    expect(due).toEqual(['a', 'b']);
  });

  it('gives an item that is set again its whole time, and forgets one that is cleared', () => {
    const { clock, due, deadlines } = stage(100);
    deadlines.set('a');
    deadlines.set('b');
    clock.advance(99);
    deadlines.set('a');
    deadlines.clear('b');
    clock.advance(99);
    expect(due).toEqual([]);
    clock.advance(1);
    expect(due).toEqual(['a']);
  });

  it('may be set again while it calls', () => {
    const clock = manualClock();
    const due: number[] = [];
    const deadlines = new Deadlines<string>({
      clock,
      ms: 100,
      onDue: (item) => {
        due.push(clock.now());
        deadlines.set(item);
      },
    });
    const start = clock.now();
    deadlines.set('a');
    clock.advance(300);
    expect(due.map((at) => at - start)).toEqual([100, 200, 300]);
  });

  it('keeps nobody waiting for one that is set again while it calls', () => {
    const clock = manualClock();
    const due: string[] = [];
    const deadlines = new Deadlines<string>({
      clock,
      ms: 100,
      onDue: (item) => {
        due.push(item);
        if (item === 'a') deadlines.set(item);
      },
    });
    deadlines.set('a');
    clock.advance(30);
    deadlines.set('b');
    clock.advance(99);
    expect(due).toEqual(['a']);
    clock.advance(1);
    expect(due).toEqual(['a', 'b']);
  });

  it('calls together for those whose times lie as close as it may be late, and never before its time', () => {
    const clock = manualClock();
    const due: (readonly [string, number])[] = [];
    const start = clock.now();
    const onDue = (item: string) => due.push([item, clock.now() - start]);
    const deadlines = new Deadlines<string>({ clock, ms: 100, slackMs: 20, onDue });
    for (const item of ['a', 'b', 'c', 'd']) {
      deadlines.set(item);
      clock.advance(8);
    }
    clock.advance(200);
    expect(due).toEqual([
      ['a', 100],
      ['b', 120],
      ['c', 120],
      ['d', 140],
    ]);
  });

  it.each([-HOUR, -30, HOUR])(
    'keeps to the time that passes when the clock is set by %i ms',
    (ms) => {
      const { clock, due, deadlines } = stage(100);
      deadlines.set('a');
      clock.advance(50);
      clock.turn(ms);
      deadlines.set('b');
      clock.advance(49);
      expect(due).toEqual([]);
      clock.advance(1);
      expect(due).toEqual(['a']);
      clock.advance(49);
      expect(due).toEqual(['a']);
      clock.advance(1);
      expect(due).toEqual(['a', 'b']);
    },
  );
});

describe('KeepAlives', () => {
  it('[TRN1] pings after silence, cuts who does not answer, and leaves who does', async () => {
    const clock = manualClock();
    const keepAlives = new KeepAlives({ clock, pingMs: 100, pongWaitMs: 50 });
    const told: string[] = [];
    const one = (name: string) => ({
      ping: () => void told.push(`ping ${name}`),
      cut: () => void told.push(`cut ${name}`),
    });
    const [a, b, c] = [one('a'), one('b'), one('c')];
    for (const each of [a, b, c]) keepAlives.heard(each);
    keepAlives.forget(c);
    clock.advance(100);
    expect(told).toEqual(['ping a', 'ping b']);
    clock.advance(49);
    keepAlives.heard(a);
    clock.advance(1);
    await settle();
    expect(told).toEqual(['ping a', 'ping b', 'cut b']);
    clock.advance(99);
    expect(told.slice(3)).toEqual(['ping a']);
  });

  it('[TRN1] pings those who fell silent one after the other in groups, half a second late at most', () => {
    const clock = manualClock();
    const keepAlives = new KeepAlives({ clock, pingMs: undefined, pongWaitMs: undefined });
    const start = clock.now();
    const pings: number[] = [];
    for (let no = 0; no < 100; no += 1) {
      keepAlives.heard({ ping: () => pings.push(clock.now() - start - no * 10), cut: () => {} });
      clock.advance(10);
    }
    clock.advance(30_000);
    expect(pings).toHaveLength(100);
    expect(Math.min(...pings)).toBe(30_000);
    expect(Math.max(...pings)).toBeLessThanOrEqual(30_500);
    expect(new Set(pings.map((late, no) => late + no * 10)).size).toBeLessThanOrEqual(3);
  });

  it('[TRN1] hears an answer that lay unread in the kernel while the loop stood still', async () => {
    const clock = manualClock();
    const keepAlives = new KeepAlives({ clock, pingMs: 100, pongWaitMs: 50 });
    const cut = vi.fn();
    const one = { ping: () => {}, cut };
    keepAlives.heard(one);
    clock.advance(150);
    keepAlives.heard(one);
    await settle();
    expect(cut).not.toHaveBeenCalled();
  });

  it('[TRN4] asks a slow reader again, and cuts him once he has stopped', async () => {
    const clock = manualClock();
    const sides = new Map<object, KernelSide>();
    const slow = new SlowReaders(async () => new Map(sides) as Map<never, KernelSide>);
    const keepAlives = new KeepAlives({ clock, pingMs: 100, pongWaitMs: 50, slow });
    const told: string[] = [];
    const one = (name: string) => {
      const outbound = { unsentBytes: 0, cut: () => {} };
      const cut = () => void told.push(`cut ${name}`);
      return { ping: () => void told.push(`ping ${name}`), cut, outbound };
    };
    const [reads, dead] = [one('reads'), one('dead')];
    for (const each of [reads, dead]) keepAlives.heard(each);
    sides.set(reads.outbound, { bytes: 9_000, unanswered: 0 });
    sides.set(dead.outbound, { bytes: 9_000, unanswered: 4 });
    const pass = async () => {
      clock.advance(150);
      await settle();
      await settle();
      return told.splice(0);
    };
    expect(await pass()).toEqual(['ping reads', 'ping dead', 'cut dead']);
    sides.set(reads.outbound, { bytes: 8_000, unanswered: 0 });
    expect(await pass()).toEqual(['ping reads']);
    expect(await pass()).toEqual(['ping reads', 'cut reads']);
    expect(await pass()).toEqual([]);
  });

  it('[TRN4] neither cuts nor asks who is heard, or gone, while the kernel is asked', async () => {
    const clock = manualClock();
    let tell = () => {};
    const slow = new SlowReaders(() => new Promise((resolve) => (tell = () => resolve(new Map()))));
    const keepAlives = new KeepAlives({ clock, pingMs: 100, pongWaitMs: 50, slow });
    const [ping, cut] = [vi.fn(), vi.fn()];
    const one = () => ({ ping, cut, outbound: { unsentBytes: 0, cut: () => {} } });
    const [heard, gone] = [one(), one()];
    for (const each of [heard, gone]) keepAlives.heard(each);
    clock.advance(150);
    await settle();
    keepAlives.heard(heard);
    keepAlives.forget(gone);
    tell();
    await settle();
    expect(ping).toHaveBeenCalledTimes(2);
    clock.advance(100);
    expect(ping).toHaveBeenCalledTimes(3);
    expect(cut).not.toHaveBeenCalled();
  });
});
