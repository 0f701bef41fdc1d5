import { describe, expect, it } from 'vitest';
import { RoomError } from '../../shared/index.ts';
import { fresh, gap, gate, join, message } from '../kit/joined-room.ts';
import { manualClock } from '../kit/manual-clock.ts';
import { settle } from '../kit/settle.ts';

describe('a joined room that loads its state', () => {
  it('makes events wait until the state that they build on is loaded', async () => {
    const { open, passed } = gate();
    const { room, feed, texts } = join({ onGap: 'reload', loadState: () => passed });
    feed(fresh, message('one'));
    expect([texts, room.current.state]).toEqual([[], 'joining']);
    open();
    await room.ready;
    expect(texts).toEqual(['one']);
  });

  it('[CON4] loads the state again after a gap, and drops a load that a later gap overtook', async () => {
    const gates = [gate(), gate()];
    const loaded: string[] = [];
    const { room, feed, texts } = join({
      onGap: 'reload',
      loadState: (position) => {
        loaded.push(position);
        return gates[loaded.length - 1]?.passed;
      },
    });
    feed({ ...fresh, position: 'E:4' }, message('lost to the reload'));
    feed({ type: 'gap', ...gap }, message('kept', 'E:10'));
    gates[1]?.open();
    await settle();
    gates[0]?.open();
    await settle();
    expect(loaded).toEqual(['E:4', 'E:9']);
    expect(texts).toEqual(['kept']);
    expect(room.current).toEqual({ state: 'joined', position: 'E:10' });
  });

  it('fails with the error of a state that cannot be loaded', async () => {
    const { room, feed, seen } = join({
      onGap: 'reload',
      loadState: () => Promise.reject(new Error('offline')),
    });
    feed(fresh, message('one'));
    await expect(room.ready).rejects.toThrow('offline');
    expect([room.current.state, seen.ended]).toEqual(['failed', 1]);
  });

  it('[CON4] loads the state again after a fault that passes, and shows then what waited for it', async () => {
    const clock = manualClock();
    const answers = [new RoomError('DISCONNECTED'), new RoomError('INTERNAL'), undefined];
    const loaded: string[] = [];
    const { room, feed, texts } = join({
      onGap: 'reload',
      ...clock,
      random: () => 0,
      loadState: async (position) => {
        loaded.push(position);
        const error = answers.shift();
        if (error) throw error;
      },
    });
    feed(fresh, message('one'));
    await settle();
    expect(room.current).toMatchObject({ state: 'joining', error: { code: 'DISCONNECTED' } });
    feed({ ...fresh, start: 'resumed', position: 'E:1' }, message('two'));
    clock.advance(500);
    await settle();
    expect([room.current, texts]).toMatchObject([
      { state: 'joining', error: { code: 'INTERNAL' } },
      [],
    ]);
    clock.advance(500);
    await room.ready;
    expect([loaded, texts]).toEqual([
      ['E:0', 'E:0', 'E:0'],
      ['one', 'two'],
    ]);
    expect(room.current).toEqual({ state: 'joined', position: 'E:1' });
  });

  it('loads no state any more once it is left', async () => {
    const clock = manualClock();
    let loads = 0;
    const { room, feed } = join({
      onGap: 'reload',
      ...clock,
      loadState: async () => {
        loads += 1;
        throw new RoomError('LOG_UNAVAILABLE');
      },
    });
    feed(fresh);
    await settle();
    room.leave();
    clock.advance(60_000);
    await settle();
    expect(loads).toBe(1);
  });

  it('[CON4] keeps what waits for loadState over a reconnect', async () => {
    const loading = gate();
    const { room, feed, texts } = join({ onGap: 'reload', loadState: () => loading.passed });
    feed(fresh, message('one'), { ...fresh, start: 'resumed', position: 'E:1' }, message('two'));
    loading.open();
    await room.ready;
    expect(texts).toEqual(['one', 'two']);
  });

  it('[CON4] forgets a load, and what waited for it, when a gap makes it load again', async () => {
    const loads: (() => void)[] = [];
    const asked: string[] = [];
    const { room, feed, texts } = join({
      onGap: 'reload',
      loadState: (position) => {
        asked.push(position);
        return new Promise((resolve) => loads.push(resolve));
      },
    });
    feed(fresh, message('before the gap'), { type: 'gap', ...gap }, message('after it', 'E:10'));
    expect(asked).toEqual(['E:0', 'E:9']);
    for (const finish of loads) finish();
    await settle();
    expect([texts, room.current]).toEqual([['after it'], { state: 'joined', position: 'E:10' }]);
  });
});
