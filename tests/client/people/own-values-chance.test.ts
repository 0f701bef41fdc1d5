import fc from 'fast-check';
import { expect, it } from 'vitest';
import { LivePublishes } from '../../../client/live-publishes.ts';
import { OwnValues } from '../../../client/people/own-values.ts';
import { RoomError, type Ack } from '../../../shared/index.ts';
import { manualClock, type ManualClock } from '../../kit/manual-clock.ts';
import { settle } from '../../kit/settle.ts';

const ack: Ack = { id: 'E:0/1', position: 'E:0', at: new Date(0), level: 'live', duplicate: false };
const ME = {};

/** A server behind a line that breaks, each way over which takes as long as chance says. One value of five it
 *  does not allow. */
function unsureServer(clock: ManualClock, ways: Iterator<number>) {
  let line = 1;
  let isOpen = true;
  let isSeated = true;
  let tooMany = 0;
  let underWay: (() => void)[] = [];
  const told = {
    stands: undefined as number | undefined,
    taken: [] as number[],
    /** The newest that it has taken, or may have. */
    newest: 0,
  };
  const way = (run: () => void) => {
    const over = line;
    clock.after(10 * (ways.next().value ?? 1), () => line === over && run());
  };
  const refusalOf = (no: number) => {
    if ((tooMany -= 1) >= 0) return new RoomError('TOO_MANY');
    if (no % 5 === 0) return new RoomError('FORBIDDEN');
    return isSeated ? undefined : new RoomError('NOT_PRESENT');
  };
  const send = (no: number, isEnd: boolean) => {
    if (!isOpen) return Promise.reject(new RoomError('DISCONNECTED'));
    return new Promise<Ack>((resolve, reject) => {
      const lose = () => {
        told.newest = Math.max(told.newest, no);
        reject(new RoomError('DISCONNECTED'));
      };
      underWay.push(lose);
      const answer = (give: () => void) =>
        way(() => {
          underWay = underWay.filter((other) => other !== lose);
          give();
        });
      way(() => {
        const refusal = refusalOf(no);
        if (refusal) return answer(() => reject(refusal));
        told.taken.push(no);
        told.stands = isEnd ? undefined : no;
        told.newest = Math.max(told.newest, no);
        answer(() => resolve(ack));
      });
    });
  };
  return {
    told,
    send,
    isOpen: () => isOpen,
    hasTooMany: (count: number) => (tooMany = count),
    breaks: () => {
      [isOpen, isSeated, tooMany, told.stands] = [false, false, 0, undefined];
      line += 1;
      for (const lose of underWay.splice(0)) lose();
    },
    returns: (onReady: () => void) => {
      if (isOpen) return;
      isOpen = true;
      way(() => {
        isSeated = true;
        way(onReady);
      });
    },
  };
}

const step = fc.oneof(
  { weight: 5, arbitrary: fc.constant('publish' as const) },
  { weight: 1, arbitrary: fc.constant('end' as const) },
  { weight: 1, arbitrary: fc.constant('break' as const) },
  { weight: 2, arbitrary: fc.constant('return' as const) },
  { weight: 1, arbitrary: fc.constant('too many' as const) },
  { weight: 5, arbitrary: fc.integer({ min: 1, max: 12 }) },
);

async function play(steps: readonly (string | number)[], ways: Iterator<number>) {
  const clock = manualClock();
  const server = unsureServer(clock, ways);
  const live = new LivePublishes({ clock, random: () => 0 });
  const own = new OwnValues({ live, clock, isOpen: server.isOpen });
  let published = 0;
  let ended = 0;
  const publish = (isEnd: boolean) => {
    const no = (published += 1);
    if (isEnd) ended = no;
    const send = () => {
      expect(no, 'is sent after its end').toBeGreaterThanOrEqual(ended);
      return server.send(no, isEnd);
    };
    own.publish({ name: 'c', by: ME, send, lifeMs: Infinity, isEnd }).catch(() => {});
  };
  const returns = () => server.returns(() => own.seated(ME));
  const pass = async (times: number) => {
    for (let time = 0; time < times; time += 1) {
      clock.advance(10);
      await settle();
    }
  };
  for (const one of steps) {
    if (typeof one === 'number') await pass(one);
    else if (one === 'break') server.breaks();
    else if (one === 'return') returns();
    else if (one === 'too many') server.hasTooMany(2);
    else publish(one === 'end');
  }
  await pass(5);
  server.breaks();
  await pass(5);
  returns();
  await pass(200);
  const { stands, taken, newest } = server.told;
  expect(taken).toEqual(taken.toSorted((a, b) => a - b));
  // What had no answer took the place of what stood, be it refused in the end.
  expect(stands).toBe(newest > ended && newest % 5 !== 0 ? newest : undefined);
}

it('[CON1] what stands in the end is the newest that was taken, and nothing older ever follows a newer one', async () => {
  const plans = fc.array(step, { maxLength: 80 });
  const ways = fc.infiniteStream(fc.nat(8));
  await fc.assert(fc.asyncProperty(plans, ways, play), { numRuns: 60 });
});
