import { describe, expect, it } from 'vitest';
import { LivePublishes } from '../../../client/live-publishes.ts';
import { OwnValues } from '../../../client/people/own-values.ts';
import { RoomError, type Ack } from '../../../shared/index.ts';
import { manualClock } from '../../kit/manual-clock.ts';
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
