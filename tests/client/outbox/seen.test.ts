import { expect, it } from 'vitest';
import { MOST_ROOMS, Seen } from '../../../client/outbox/seen.ts';

it('what rooms have told is kept of the last so many, each with all that it has told', () => {
  const seen = new Seen();
  for (const room of ['quiet', 'alive']) {
    seen.setKeyWindow(room, 60_000);
    expect(seen.saw(room, 'E:1')).toBe(true);
  }
  for (let n = 2; n <= MOST_ROOMS; n += 1) {
    seen.saw(`r${n}`, 'E:1');
    seen.saw('alive', `E:${n}`);
  }
  const told = (room: string) => [seen.position(room), seen.keyWindowMs(room)];
  expect(told('alive')).toEqual([`E:${MOST_ROOMS}`, 60_000]);
  expect(told('quiet')).toEqual([undefined, undefined]);
  expect(told('r2')).toEqual(['E:1', undefined]);
  expect(seen.saw('quiet', 'E:1')).toBe(true);
});
