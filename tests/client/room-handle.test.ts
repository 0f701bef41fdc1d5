import { describe, expect, it } from 'vitest';
import type { RoomCalls } from '../../client/room-calls.ts';
import { joinRoom } from '../../client/room-handle.ts';
import type { HandleOptions, JoinOptions } from '../../client/room.ts';
import { chat, RoomError, type EventsInput, type FrameOf, type Gap } from '../../shared/index.ts';
import { manualClock } from '../kit/manual-clock.ts';
import { settle } from '../kit/settle.ts';

type Chat = typeof chat;
type Frames = Parameters<RoomCalls<Chat>['events']['subscribe']>[1];

/** Calls whose stream is fed by hand; publishes are written down and acknowledged. */
function handCalls() {
  const seen = {
    input: undefined as EventsInput | undefined,
    published: [] as unknown[],
    ended: 0,
  };
  let stream: Frames | undefined;
  const calls: RoomCalls<Chat> = {
    events: {
      subscribe: (input, callbacks) => {
        seen.input = input;
        stream = callbacks;
        return { unsubscribe: () => void (seen.ended += 1) };
      },
    },
    publish: {
      mutate: async (input) => {
        seen.published.push(input);
        return { id: 'E:1', position: 'E:1', at: new Date(0), level: 'memory', duplicate: false };
      },
    },
    history: { query: async () => ({ events: [], hasMore: false }) },
    members: { query: async ({ room }) => ({ room, users: [], count: 0, version: 0 }) },
  };
  const feed = (...frames: FrameOf<Chat>[]) => {
    for (const data of frames) stream?.onData({ id: 'E:0', data });
  };
  return {
    calls,
    seen,
    feed,
    fail: (error: unknown) => stream?.onError(error),
    complete: () => stream?.onComplete(),
  };
}

function join(options: JoinOptions & HandleOptions = { onGap: 'reload' }) {
  const hand = handCalls();
  const room = joinRoom(chat, hand.calls, 'general', options);
  const texts: string[] = [];
  room.on('message', ({ data }) => texts.push(data.text));
  return { ...hand, room, texts };
}

const by = { id: 'ada', name: 'Ada' };
const gap: Gap = { reason: 'expired', from: 'E:1', to: 'E:9' };
const fresh: FrameOf<Chat> = { type: 'ready', start: 'fresh', position: 'E:0', latest: [] };

function message(text: string, position = 'E:1'): FrameOf<Chat> {
  return {
    type: 'event',
    event: { id: position, type: 'message', data: { text }, by, at: new Date(0), position },
  };
}

/** A promise in the hand. */
function gate() {
  let open: () => void = () => {};
  const passed = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { open, passed };
}

/** Lets everything run that waits for nothing but its turn. */

describe('a joined room', () => {
  it('is joined with the first ready, and gives events by type, in order', async () => {
    const { room, feed, texts, seen } = join();
    expect(room.current).toEqual({ state: 'joining' });
    feed(fresh, message('one'), message('two'));
    expect((await room.ready).start).toBe('fresh');
    expect(room.current).toEqual({ state: 'joined', position: 'E:1' });
    expect(texts).toEqual(['one', 'two']);
    expect(seen.input).toEqual({ room: 'general' });
  });

  it('says how far it is shown, to whoever looks, and tells nobody of that', () => {
    const { room, feed } = join();
    let told = 0;
    room.subscribe(() => (told += 1));
    feed(fresh);
    const seen: unknown[] = [];
    room.on('message', ({ position }) => seen.push([position, room.current]));
    const joined = room.current;
    expect(room.current).toBe(joined);
    feed(message('one'));
    expect(seen).toEqual([['E:1', { state: 'joined', position: 'E:1' }]]);
    expect(room.current).toBe(room.current);
    expect([joined, told]).toEqual([{ state: 'joined', position: 'E:0' }, 1]);
    feed({ type: 'erased', position: 'E:2' }, { type: 'gap', ...gap });
    expect([room.current, told]).toEqual([{ state: 'joined', position: 'E:9' }, 2]);
  });

  it('resumes after the position that it is given', () => {
    expect(join({ onGap: 'reload', since: 'E:5' }).seen.input).toEqual({
      room: 'general',
      lastEventId: 'E:5',
    });
  });

  it('[SND1] gives every publish a key of its own, shorthands too', async () => {
    let count = 0;
    const { room, seen } = join({ onGap: 'reload', newKey: () => `k${(count += 1)}` });
    await room.send({ text: 'hi' });
    await room.publish('typing', { typing: true });
    await room.send({ text: 'ho' }, { idempotencyKey: 'mine' });
    expect(seen.published).toEqual([
      { room: 'general', type: 'message', data: { text: 'hi' }, idempotencyKey: 'k1' },
      { room: 'general', type: 'typing', data: { typing: true }, idempotencyKey: 'k2' },
      { room: 'general', type: 'message', data: { text: 'ho' }, idempotencyKey: 'mine' },
    ]);
  });

  it('makes events wait until the state that they build on is loaded', async () => {
    const { open, passed } = gate();
    const { room, feed, texts } = join({ onGap: 'reload', loadState: () => passed });
    feed(fresh, message('one'));
    expect([texts, room.current.state]).toEqual([[], 'joining']);
    open();
    await room.ready;
    expect(texts).toEqual(['one']);
  });

  it('[CON4] calls onGap with what is missing, at the start and later', () => {
    const gaps: Gap[] = [];
    const { feed, texts } = join({ onGap: (missing) => gaps.push(missing) });
    feed({ type: 'ready', start: 'gap', gap, position: 'E:9', latest: [] }, message('one'));
    feed({ type: 'gap', ...gap, to: 'E:12' }, message('two'));
    expect(gaps.map(({ to }) => to)).toEqual(['E:9', 'E:12']);
    expect(texts).toEqual(['one', 'two']);
  });

  it.each(['onGap', 'a listener of its state'])(
    '[CON4] is left for good when %s leaves it',
    async (who) => {
      const heard: string[] = [];
      const { room, feed } = join({
        onGap: () => {
          if (who === 'onGap') room.leave();
        },
      });
      room.subscribe(({ state }) => {
        heard.push(state);
        if (state === 'joined') room.leave();
      });
      room.onFrame(({ type }) => heard.push(type));
      feed({ type: 'ready', start: 'gap', gap, position: 'E:9', latest: [] }, message('one'));
      await expect(room.ready).rejects.toMatchObject({ code: 'DISCONNECTED' });
      expect(room.current).toEqual({ state: 'left' });
      expect(heard).toEqual(who === 'onGap' ? ['left'] : ['joined', 'left']);
    },
  );

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

  it.each(['INTERNAL', 'TOO_MANY', 'AUTHORIZE_TIMEOUT'] as const)(
    'goes on joining after %s, and says meanwhile why it waits',
    async (code) => {
      const clock = manualClock();
      const { room, feed, fail } = join({ onGap: 'reload', ...clock });
      const told: unknown[] = [];
      room.subscribe((state) => told.push(state));
      const error = new RoomError(code);
      fail(error);
      expect(room.current).toEqual({ state: 'joining', error });
      clock.advance(20_000);
      feed(fresh);
      await room.ready;
      expect(told).toEqual([
        { state: 'joining', error },
        { state: 'joined', position: 'E:0' },
      ]);
      fail(error);
      expect(room.current).toEqual({ state: 'joined', position: 'E:0', error });
      clock.advance(20_000);
      feed({ ...fresh, start: 'resumed' });
      expect(room.current).toEqual({ state: 'joined', position: 'E:0' });
    },
  );

  it('leaves once, and hears nothing after', async () => {
    const { room, feed, texts, seen } = join();
    room.leave();
    room.leave();
    feed(fresh, message('late'));
    await expect(room.ready).rejects.toMatchObject({ code: 'DISCONNECTED' });
    expect([room.current, texts, seen.ended]).toEqual([{ state: 'left' }, [], 1]);
  });

  it.each(['a listener of frames', 'a listener of events'])(
    'tells nobody of an event once it is left by %s',
    (who) => {
      const { room, feed } = join();
      const heard: string[] = [];
      feed(fresh);
      const leave = () => room.leave();
      if (who === 'a listener of frames') room.onFrame(leave);
      room.onFrame(({ type }) => heard.push(type));
      room.on('message', leave);
      room.on('message', ({ data }) => heard.push(data.text));
      feed(message('one'));
      expect(heard).toEqual(who === 'a listener of frames' ? [] : ['event']);
    },
  );

  it('calls what listens twice twice, and each undo is of one of them', () => {
    const { room, feed } = join();
    const heard: unknown[] = [];
    const listener = () => heard.push(0);
    const undo = [room.on('message', listener), room.onFrame(listener), room.subscribe(listener)];
    room.on('message', listener);
    room.onFrame(listener);
    room.subscribe(listener);
    feed(fresh, message('one'));
    expect(heard).toHaveLength(8);
    for (const each of undo) each();
    heard.length = 0;
    feed({ ...fresh, start: 'resumed' }, message('two'));
    expect(heard).toHaveLength(4);
  });

  it('tells everybody of its states in their order when one of them leaves', () => {
    const { room, feed } = join();
    const seen: string[] = [];
    room.subscribe(() => room.leave());
    room.subscribe(({ state }) => seen.push(state));
    feed(fresh);
    expect([room.current.state, seen]).toEqual(['left', ['left']]);
  });

  it('fails with the error of the stream, or of the connection that stopped', () => {
    const forbidden = new RoomError('FORBIDDEN');
    const { room, fail } = join();
    fail(forbidden);
    expect(room.current).toEqual({ state: 'failed', error: forbidden });
    const stopped = new RoomError('TOKEN_REFUSED');
    const other = join({ onGap: 'reload', stopped: () => stopped });
    other.complete();
    expect(other.room.current).toEqual({ state: 'failed', error: stopped });
  });

  it('asks for its stream again, from where it stood, when that ended for the moment', () => {
    const waiting: (() => void)[] = [];
    const after = (ms: number, run: () => void) => {
      expect(ms).toBeGreaterThanOrEqual(500);
      waiting.push(run);
      return () => {};
    };
    const { room, feed, fail, complete, texts, seen } = join({ onGap: 'reload', after });
    feed(fresh, message('one'));
    complete();
    expect(room.current).toMatchObject({ state: 'joined' });
    feed(message('from a stream that is over'));
    waiting.shift()?.();
    expect(seen.input).toEqual({ room: 'general', lastEventId: 'E:0' });
    fail(new RoomError('LOG_UNAVAILABLE'));
    waiting.shift()?.();
    feed({ ...fresh, start: 'resumed' }, message('two'));
    expect(texts).toEqual(['one', 'two']);
    fail(new RoomError('FORBIDDEN'));
    expect([room.current.state, waiting]).toEqual(['failed', []]);
  });

  it('asks for no stream any more once it is left, or the connection has stopped', () => {
    const waiting: (() => void)[] = [];
    const after = (_: number, run: () => void) => {
      waiting.push(run);
      return () => void waiting.splice(0);
    };
    const left = join({ onGap: 'reload', after });
    left.complete();
    left.room.leave();
    expect(waiting).toEqual([]);
    let reason: RoomError | undefined;
    const { room, complete } = join({ onGap: 'reload', after, stopped: () => reason });
    complete();
    reason = new RoomError('TOKEN_REFUSED');
    waiting.shift()?.();
    expect(room.current).toEqual({ state: 'failed', error: reason });
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

  it('fails at once when there is no stream to be had', async () => {
    const { calls } = handCalls();
    const refusing: RoomCalls<Chat> = {
      ...calls,
      events: {
        subscribe: (_, { onError }) => {
          onError(new RoomError('FORBIDDEN'));
          return { unsubscribe: () => {} };
        },
      },
    };
    const room = joinRoom(chat, refusing, 'general', { onGap: 'reload' });
    expect(room.current).toMatchObject({ state: 'failed', error: { code: 'FORBIDDEN' } });
    await expect(room.ready).rejects.toMatchObject({ code: 'FORBIDDEN' });
  });
});
