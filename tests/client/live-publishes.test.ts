import { describe, expect, it } from 'vitest';
import { LivePublishes } from '../../client/live-publishes.ts';
import { defaultPublishLimits, PublishMeter } from '../../server/rooms/publish-limits.ts';
import { RoomError, type Ack } from '../../shared/index.ts';
import { manualClock } from '../kit/manual-clock.ts';
import { settle } from '../kit/settle.ts';

const ackOf = (id: string): Ack => ({
  id,
  position: 'E:1',
  at: new Date(0),
  level: 'live',
  duplicate: false,
});

/** Publishes whose server is the test: what is sent waits until it is answered by hand. */
function stage() {
  const clock = manualClock();
  const live = new LivePublishes({ clock, random: () => 0 });
  const sent: string[] = [];
  const answers: { resolve: (ack: Ack) => void; reject: (error: RoomError) => void }[] = [];
  const send = (id: string) => () => {
    sent.push(id);
    return new Promise<Ack>((resolve, reject) => answers.push({ resolve, reject }));
  };
  const newest = (id: string, name = 'cursor') => {
    const ack = live.newest(name, send(id)).then((done) => done.id);
    ack.catch(() => {});
    return ack;
  };
  const ack = async () => {
    const id = sent[sent.length - answers.length];
    answers.shift()?.resolve(ackOf(id ?? ''));
    await settle();
  };
  const refuse = async (error: RoomError) => {
    answers.shift()?.reject(error);
    await settle();
  };
  const pass = async (ms: number) => {
    clock.advance(ms);
    await settle();
  };
  return { live, clock, sent, send, newest, ack, refuse, pass };
}

const tooMany = new RoomError('TOO_MANY', undefined, { retryAfterMs: 700 });

describe('values that are published again and again', () => {
  it('are sent one at a time, 20 times a second, the newest and the last, and share its answer', async () => {
    const { sent, newest, ack, pass } = stage();
    const [first, second, third] = [newest('1'), newest('2'), newest('3')];
    expect(sent).toEqual(['1']);
    await pass(50);
    expect(sent).toEqual(['1']);
    await ack();
    expect([sent, await first]).toEqual([['1', '3'], '1']);
    const fourth = newest('4');
    await ack();
    expect([sent, await second, await third]).toEqual([['1', '3'], '3', '3']);
    await pass(49);
    expect(sent).toEqual(['1', '3']);
    await pass(1);
    await ack();
    expect([sent, await fourth]).toEqual([['1', '3', '4'], '4']);
    await pass(50);
    void newest('5');
    expect(sent).toEqual(['1', '3', '4', '5']);
  });

  it('wait for one another no longer than a connection may send of them all', async () => {
    const { sent, newest, ack, pass } = stage();
    const names = ['a', 'b', 'c', 'd'];
    for (const name of names) void newest(`${name}1`, name);
    expect(sent).toEqual(['a1', 'b1', 'c1', 'd1']);
    for (const name of names) void newest(`${name}2`, name);
    for (const _ of names) await ack();
    await pass(50);
    expect(sent.slice(4)).toEqual(['a2', 'b2']);
    await pass(50);
    expect(sent.slice(4)).toEqual(['a2', 'b2', 'c2', 'd2']);
  });

  it('go again when they were too many, the newest of them by then', async () => {
    const { live, sent, send, newest, ack, refuse, pass } = stage();
    const first = newest('1');
    await refuse(tooMany);
    const second = newest('2');
    void newest('other', 'selection');
    await expect(live.now(send('wave'))).rejects.toMatchObject({
      code: 'TOO_MANY',
      retryAfterMs: 700,
    });
    await pass(699);
    expect(sent).toEqual(['1']);
    await pass(1);
    expect(sent).toEqual(['1', '2', 'other']);
    await ack();
    expect([await first, await second]).toEqual(['2', '2']);
    const last = newest('3');
    await ack();
    await pass(50);
    await refuse(tooMany);
    await pass(700);
    await ack();
    expect([sent.at(-1), await last]).toEqual(['3', '3']);
  });

  it('fail with the one that took their place, or with the client', async () => {
    const { live, newest, refuse, pass } = stage();
    const forbidden = new RoomError('FORBIDDEN');
    const first = newest('1');
    const [second, third] = [newest('2'), newest('3')];
    await refuse(forbidden);
    await expect(first).rejects.toBe(forbidden);
    await pass(50);
    const fourth = newest('4');
    await refuse(forbidden);
    await expect(second).rejects.toBe(forbidden);
    await expect(third).rejects.toBe(forbidden);
    const closed = new RoomError('DISCONNECTED');
    live.close(closed);
    await expect(fourth).rejects.toBe(closed);
  });
});

describe('live publishes', () => {
  it.each([
    ['waves', 1, 1_000],
    ['waves over a long way', 10, 1_000],
    ['values of 200 names', 5, 200],
  ])('that go on never come to what a server closes on: %s', async (what, ticksAway, perSecond) => {
    const clock = manualClock();
    const live = new LivePublishes({ clock, random: () => 0 });
    const meter = new PublishMeter(defaultPublishLimits, () => clock.now());
    const who = { connectionId: 'c', userId: 'ada', roomKey: 'r' };
    let floods = 0;
    let taken = 0;
    const send = async () => {
      await new Promise<void>((resolve) => clock.after(ticksAway * 10, resolve));
      const refusal = meter.take(who);
      if (!refusal) taken += 1;
      if (refusal && meter.isFlood(who.connectionId)) floods += 1;
      await new Promise<void>((resolve) => clock.after(ticksAway * 10, resolve));
      if (refusal) throw refusal;
      return ackOf('1');
    };
    for (let tick = 0; tick < 3_000; tick += 1) {
      for (let each = 0; each < perSecond / 100; each += 1) {
        const name = `${(tick * 2 + each) % 200}`;
        const sending = what.startsWith('waves') ? live.now(send) : live.newest(name, send);
        sending.catch(() => {});
      }
      clock.advance(10);
      await settle();
    }
    expect(floods).toBe(0);
    // What a server takes of one connection in half a minute, but for the pauses.
    expect(taken).toBeGreaterThan(500);
  });
});
