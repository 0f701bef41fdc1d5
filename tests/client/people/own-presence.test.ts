import { describe, expect, it } from 'vitest';
import { ActivitySignal } from '../../../client/people/activity-signal.ts';
import { OwnPresence } from '../../../client/people/own-presence.ts';
import { RoomError } from '../../../shared/index.ts';
import { manualClock } from '../../kit/manual-clock.ts';
import { settle } from '../../kit/settle.ts';

function stage() {
  const clock = manualClock();
  const sent: string[] = [];
  const answers: { resolve: () => void; reject: (error: RoomError) => void }[] = [];
  const send = (state: string) => {
    sent.push(state);
    return new Promise<void>((resolve, reject) => void answers.push({ resolve, reject }));
  };
  const own = new OwnPresence({ send, clock });
  const answer = async (error?: RoomError) => {
    const next = answers.shift();
    if (error) next?.reject(error);
    else next?.resolve();
    await settle();
  };
  return { clock, sent, own, answer };
}

describe('what one says of oneself', () => {
  it('waits for a seat, and then only the last word is sent', async () => {
    const { own, sent, answer } = stage();
    const first = own.set('here');
    const second = own.set('away');
    expect(sent).toEqual([]);
    own.seated();
    await answer();
    await Promise.all([first, second]);
    expect(sent).toEqual(['away']);
  });

  it('is sent one at a time, the newest next', async () => {
    const { own, sent, answer } = stage();
    own.seated();
    void own.set('a');
    void own.set('b');
    const last = own.set('c');
    expect(sent).toEqual(['a']);
    await answer();
    expect(sent).toEqual(['a', 'c']);
    await answer();
    await last;
  });

  it('[PRE2] is said again when the stream begins again', async () => {
    const { own, sent, answer } = stage();
    own.seated();
    void own.set('away');
    await answer();
    own.seated();
    expect(sent).toEqual(['away', 'away']);
  });

  it('waits for a seat where there is none', async () => {
    const { own, sent, clock, answer } = stage();
    own.seated();
    const done = own.set('away');
    await answer(new RoomError('NOT_PRESENT'));
    clock.advance(60_000);
    expect(sent).toEqual(['away']);
    own.seated();
    await answer();
    await done;
    expect(sent).toEqual(['away', 'away']);
  });

  it('is tried again when no answer came, although the stream goes on', async () => {
    const { own, sent, clock, answer } = stage();
    own.seated();
    const done = own.set('away');
    await answer(new RoomError('DISCONNECTED'));
    expect(sent).toEqual(['away']);
    clock.advance(1_000);
    await answer();
    await done;
    expect(sent).toEqual(['away', 'away']);
  });

  it.each([['an ack'], ['NOT_PRESENT'], ['DISCONNECTED']] as const)(
    '[PRE2] is said again where the stream began again before %s',
    async (outcome) => {
      const { own, sent, answer } = stage();
      own.seated();
      const done = own.set('away');
      own.seated();
      await answer(outcome === 'an ack' ? undefined : new RoomError(outcome));
      expect(sent).toEqual(['away', 'away']);
      await answer();
      await done;
      expect(sent).toHaveLength(2);
    },
  );

  it('is tried again when the server says so', async () => {
    const { own, sent, clock, answer } = stage();
    own.seated();
    const done = own.set('away');
    await answer(new RoomError('TOO_MANY', undefined, { retryAfterMs: 300 }));
    clock.advance(299);
    expect(sent).toHaveLength(1);
    clock.advance(1);
    await answer();
    await done;
  });

  it('is given up when it is refused, and not said again', async () => {
    const { own, sent, answer } = stage();
    own.seated();
    const done = own.set('away');
    await answer(new RoomError('FORBIDDEN'));
    await expect(done).rejects.toMatchObject({ code: 'FORBIDDEN' });
    own.seated();
    expect(sent).toHaveLength(1);
  });

  it('is refused at once where there is never a seat', async () => {
    const { own, sent, answer } = stage();
    own.seated();
    for (const state of ['away', 'here']) {
      const done = own.set(state);
      await answer(new RoomError('NOT_PRESENT', undefined, { retryable: false }));
      await expect(done).rejects.toMatchObject({ code: 'NOT_PRESENT' });
    }
    own.seated();
    expect(sent).toEqual(['away', 'here']);
  });

  it('[PRE2] is said again where there are seats, after a time where there are none', async () => {
    const { own, sent, answer } = stage();
    own.seated();
    void own.set('away');
    await answer();
    own.seated();
    await answer(new RoomError('NOT_PRESENT', undefined, { retryable: false }));
    own.seated();
    expect(sent).toEqual(['away', 'away', 'away']);
  });

  it('ends with the room', async () => {
    const { own, sent } = stage();
    const done = own.set('away');
    own.close(new RoomError('DISCONNECTED', 'the room was left'));
    await expect(done).rejects.toMatchObject({ message: 'the room was left' });
    own.seated();
    await expect(own.set('here')).rejects.toMatchObject({ code: 'DISCONNECTED' });
    expect(sent).toEqual([]);
  });
});

describe('a signal that one is active', () => {
  function signals() {
    const clock = manualClock();
    const sent: boolean[] = [];
    const signal = new ActivitySignal({
      clock,
      send: async (isOn) => {
        sent.push(isOn);
      },
    });
    const type = (ms: number) => {
      for (let passed = 0; passed < ms; passed += 100) {
        void signal.say(true);
        clock.advance(100);
      }
    };
    return { clock, sent, signal, type };
  }

  it('[TYP1] is sent when it begins, every 3 s, and when it is told to stop', () => {
    const { sent, signal, type } = signals();
    type(7_000);
    expect(sent).toEqual([true, true, true]);
    void signal.say(false);
    void signal.say(false);
    expect([sent.at(-1), sent.length]).toEqual([false, 4]);
    type(100);
    expect(sent).toHaveLength(5);
  });

  it('[TYP1] says nothing of an end that others know of', () => {
    const { sent, signal, type } = signals();
    type(500);
    signal.ended();
    void signal.say(false);
    expect(sent).toEqual([true]);
    type(100);
    expect(sent).toEqual([true, true]);
  });

  it('goes on when the clock is set back', () => {
    const { clock, sent, signal } = signals();
    void signal.say(true);
    clock.advance(-3_600_000);
    void signal.say(true);
    expect(sent).toEqual([true, true]);
  });
});
