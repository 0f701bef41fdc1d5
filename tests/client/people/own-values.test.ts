import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LivePublishes } from '../../../client/live-publishes.ts';
import { OwnValues } from '../../../client/people/own-values.ts';
import { RoomError, type Ack } from '../../../shared/index.ts';
import { manualClock, type ManualClock } from '../../kit/manual-clock.ts';
import { settle } from '../../kit/settle.ts';

const ack: Ack = { id: 'E:0/1', position: 'E:0', at: new Date(0), level: 'live', duplicate: false };
const ME = {};

/** A client whose server is the test: what is sent waits until it is answered by hand. */
function stage() {
  const clock = manualClock();
  const live = new LivePublishes({ clock, random: () => 0 });
  let isOpen = true;
  const own = new OwnValues({ live, clock, isOpen: () => isOpen });
  const sent: string[] = [];
  const answers: { resolve: (ack: Ack) => void; reject: (error: RoomError) => void }[] = [];
  const publish = (id: string, how: Partial<Parameters<typeof own.publish>[0]> = {}) => {
    const send = () => {
      if (!isOpen) return Promise.reject(new RoomError('DISCONNECTED'));
      sent.push(id);
      return new Promise<Ack>((resolve, reject) => answers.push({ resolve, reject }));
    };
    const value = { name: 'r/cursor', by: ME, send, lifeMs: Infinity, isEnd: false, ...how };
    const published = own.publish(value);
    published.catch(() => {});
    return published;
  };
  const answer = async (error?: RoomError) => {
    const next = answers.shift();
    if (error) next?.reject(error);
    else next?.resolve(ack);
    await settle();
  };
  const pass = async (ms: number) => {
    clock.advance(ms);
    await settle();
  };
  /** The line breaks, and what is under way has no answer. */
  const breaks = async () => {
    isOpen = false;
    while (answers.length > 0) await answer(new RoomError('DISCONNECTED'));
    await pass(100);
  };
  const returns = async () => {
    isOpen = true;
    own.seated(ME);
    await settle();
  };
  return { own, live, sent, publish, answer, pass, breaks, returns };
}

describe('values that go with the connection', () => {
  it('[CON1] are said again when the stream begins anew, one each 25 ms', async () => {
    const { sent, publish, answer, pass, breaks, returns } = stage();
    for (const name of ['a', 'b', 'c']) {
      void publish(name, { name });
      await answer();
    }
    sent.length = 0;
    await breaks();
    await returns();
    expect(sent).toEqual(['a']);
    await pass(25);
    expect(sent).toEqual(['a', 'b']);
    await pass(25);
    await pass(1_000);
    expect(sent).toEqual(['a', 'b', 'c']);
  });

  it.each([
    ['sent, and had no answer', undefined, ['1', '2', '2']],
    ['refused', new RoomError('FORBIDDEN'), ['1', '2', '1']],
    ['refused for want of a seat', new RoomError('NOT_PRESENT'), ['1', '2', '1']],
  ] as const)(
    '[CON1] are the newest that was taken, where the next was %s',
    async (_, error, all) => {
      const { sent, publish, answer, pass, breaks, returns } = stage();
      void publish('1');
      await answer();
      await pass(50);
      void publish('2');
      if (error) await answer(error);
      await breaks();
      await expect(publish('3')).rejects.toMatchObject({ code: 'DISCONNECTED' });
      await pass(100);
      await returns();
      expect(sent).toEqual(all);
    },
  );

  it('[CON1] leave the word to one that is newer', async () => {
    const { own, sent, publish, answer, pass } = stage();
    void publish('1');
    await answer();
    await pass(50);
    // Sent before the stream began anew: taken by the connection that was left, or by this one.
    void publish('2');
    own.seated(ME);
    await answer();
    await pass(50);
    expect(sent).toEqual(['1', '2', '2']);
    await answer();
    await pass(50);
    void publish('3');
    own.seated(ME);
    void publish('4');
    await answer();
    await pass(50);
    await answer();
    await pass(1_000);
    expect(sent).toEqual(['1', '2', '2', '3', '4']);
  });

  it('[CON1] have their turn where one that is newer is refused', async () => {
    const { own, sent, publish, answer, pass } = stage();
    void publish('1');
    await answer();
    await pass(50);
    void publish('2');
    void publish('3');
    own.seated(ME);
    for (const _ of ['2', '3']) {
      await answer(new RoomError('FORBIDDEN'));
      await pass(50);
    }
    await answer();
    await pass(1_000);
    expect(sent).toEqual(['1', '2', '3', '1']);
  });

  it('[CON1] wait where the server asks for it, and are given up where it refuses them', async () => {
    const { sent, publish, answer, pass, returns } = stage();
    void publish('1');
    await answer();
    await pass(50);
    await returns();
    await answer(new RoomError('LOG_UNAVAILABLE', undefined, { retryAfterMs: 300 }));
    await pass(299);
    expect(sent).toHaveLength(2);
    await pass(1);
    expect(sent).toHaveLength(3);
    await answer(new RoomError('TOO_MANY', undefined, { retryAfterMs: 700 }));
    await pass(699);
    expect(sent).toHaveLength(3);
    await pass(1);
    expect(sent).toHaveLength(4);
    await answer(new RoomError('NOT_PRESENT'));
    await pass(60_000);
    expect(sent).toHaveLength(4);
    await returns();
    await answer(new RoomError('FORBIDDEN'));
    await pass(50);
    await returns();
    expect(sent).toEqual(['1', '1', '1', '1', '1']);
  });

  it('[CON1] are not said again when they are old, counted from when they were published', async () => {
    const { sent, publish, answer, pass, returns } = stage();
    void publish('1', { lifeMs: 1_000 });
    await answer();
    await pass(600);
    await returns();
    await answer();
    expect(sent).toEqual(['1', '1']);
    await pass(400);
    await returns();
    expect(sent).toEqual(['1', '1']);
  });

  it('[CON1] are not said again once they were ended, whatever became of the end', async () => {
    const { sent, publish, answer, pass, breaks, returns } = stage();
    void publish('1');
    // Behind the one that is under way.
    void publish('end', { isEnd: true });
    await breaks();
    await pass(100);
    await returns();
    await pass(100);
    expect(sent).toEqual(['1']);
    void publish('2');
    await answer();
    expect(sent).toEqual(['1', '2']);
    await pass(100);
    await returns();
    expect(sent).toEqual(['1', '2', '2']);
  });

  it('[CON1] go with whoever said them, also where the answer comes afterwards', async () => {
    const { own, sent, publish, answer, pass, returns } = stage();
    const other = {};
    void publish('mine', { name: 'mine' });
    void publish('his', { name: 'his', by: other });
    void publish('late', { name: 'late', by: other });
    await answer();
    await answer();
    own.left(other);
    await answer();
    own.seated(other);
    await returns();
    await pass(1_000);
    expect(sent).toEqual(['mine', 'his', 'late', 'mine']);
  });
});

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
}, 30_000);
