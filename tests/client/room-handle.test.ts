import { describe, expect, it } from 'vitest';
import type { RoomCalls } from '../../client/room-calls.ts';
import { joinRoom } from '../../client/room-handle.ts';
import { chat, RoomError, type Gap } from '../../shared/index.ts';
import { fresh, gap, handCalls, join, message, type Chat } from '../kit/joined-room.ts';
import { manualClock } from '../kit/manual-clock.ts';

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

  it('refuses to listen to an event that its kind does not have', () => {
    const { room } = join();
    const listen = room.on as (type: string, listener: () => void) => () => void;
    for (const type of ['nope', 'toString', '']) {
      expect(() => listen.call(room, type, () => {})).toThrow(
        expect.objectContaining({ code: 'BAD_INPUT', message: `chat has no event ${type}` }),
      );
    }
    room.on('renamed', () => {})();
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

  it('says that what fails because it was left is final', async () => {
    const { room } = join({ onGap: 'reload' });
    const set = room.setPresence({ status: 'away' });
    room.leave();
    const error = { code: 'DISCONNECTED', message: 'the room was left', retryable: false };
    await expect(set).rejects.toMatchObject(error);
    await expect(room.ready).rejects.toMatchObject(error);
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
