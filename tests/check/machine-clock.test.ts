import { expect, it } from 'vitest';
import { createRandom } from '../../check/random.ts';
import { machineClock } from '../../check/sim/machine-clock.ts';
import { VirtualTime } from '../../check/sim/virtual-time.ts';

/** How far behind a machine's clock is when time has moved on by itself, reading by reading. */
async function lags(seed: number) {
  const time = new VirtualTime();
  const clock = machineClock(time, createRandom(seed));
  // A timer of somebody else: this machine's own have nothing to do with it.
  time.after(10, () => {});
  await time.pass(() => false, 10);
  return [1, 2, 3].map(() => time.now() - clock.now()).join('');
}

it('the clock of a simulated machine ticks at any reading or before it, once', async () => {
  const seen = new Set<string>();
  for (let seed = 0; seed < 100; seed += 1) seen.add(await lags(seed));
  expect([...seen].toSorted()).toEqual(['000', '100', '110', '111']);
});
