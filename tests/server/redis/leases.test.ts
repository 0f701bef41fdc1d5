import { describe, expect, it } from 'vitest';
import { Leases } from '../../../server/presence/redis/leases.ts';
import { manualClock } from '../../kit/manual-clock.ts';
import { settle } from '../../kit/settle.ts';

const RENEW_MS = 10_000;

/** Leases that are answered by hand: with the nodes that live. */
function stage() {
  const clock = manualClock();
  const beats: ((reply: unknown) => void)[] = [];
  const dead: string[] = [];
  const leases = new Leases({
    link: {
      run: () => new Promise((resolve) => void beats.push(resolve)),
      onUsable: () => {},
      failure: () => undefined,
    },
    clock,
    node: 'own',
    renewMs: RENEW_MS,
    leaseMs: 30_000,
    onDead: (nodes) => dead.push(...nodes),
    onForgotten: () => {},
    onError: () => {},
  });
  const answer = async (...nodes: string[]) => {
    beats.shift()?.([1, ...['own', ...nodes].flatMap((node) => [node, 30_000])]);
    await settle();
  };
  return { clock, leases, beats, dead, answer };
}

describe('leases of nodes', () => {
  it('[PRE2] take no node for dead that came while they were asked for, and one that has gone', async () => {
    const { clock, leases, beats, dead, answer } = stage();
    leases.saw('old');
    await answer('old');
    clock.advance(2 * RENEW_MS);
    await answer('old');
    clock.advance(RENEW_MS);
    expect(beats).toHaveLength(1);
    // Redis has answered before it was there; the word of who sits at it is faster than that.
    leases.saw('new');
    await answer();
    expect(dead).toEqual(['old']);
    clock.advance(RENEW_MS);
    await answer('new');
    expect(dead).toEqual(['old']);
    clock.advance(RENEW_MS);
    await answer();
    expect(dead).toEqual(['old', 'new']);
  });
});
