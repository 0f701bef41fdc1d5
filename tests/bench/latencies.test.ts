import { describe, expect, it } from 'vitest';
import { Latencies } from '../../bench/latencies.ts';

describe('Latencies', () => {
  it('give percentiles by nearest rank over every one, however many there are', () => {
    const latencies = new Latencies();
    // More than it begins with room for, and the largest first.
    for (let ms = 100_000; ms >= 1; ms -= 1) latencies.add(ms);
    expect(latencies.count).toBe(100_000);
    expect(latencies.figures()).toEqual({
      latencyP50Ms: 50_000,
      latencyP99Ms: 99_000,
      latencyMaxMs: 100_000,
    });
  });

  it('forget what was before the measured part', () => {
    const latencies = new Latencies();
    latencies.add(500);
    latencies.clear();
    expect(latencies.figures()).toEqual({ latencyP50Ms: 0, latencyP99Ms: 0, latencyMaxMs: 0 });
    latencies.add(2);
    expect(latencies.figures()).toEqual({ latencyP50Ms: 2, latencyP99Ms: 2, latencyMaxMs: 2 });
  });
});
