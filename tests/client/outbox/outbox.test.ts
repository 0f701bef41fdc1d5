import { describe, expect, it } from 'vitest';
import type { Clock } from '../../../client/clock.ts';
import { HOUR, RoomError } from '../../../shared/index.ts';
import { manualClock } from '../../kit/manual-clock.ts';
import { ackAt } from '../../kit/outbox-entries.ts';
import { outboxStage } from '../../kit/outbox-stage.ts';
import { settle } from '../../kit/settle.ts';

describe('an outbox', () => {
  it('[SND2] sends each room in order, one at a time, and rooms side by side', async () => {
    const { publish, answers, keys } = outboxStage();
    const acks = [publish('a'), publish('b'), publish('x', 'other')];
    expect(keys()).toEqual(['a', 'x']);
    answers[0]?.resolve(ackAt(1));
    await settle();
    expect(keys()).toEqual(['a', 'x', 'b']);
    answers[2]?.resolve(ackAt(2));
    answers[1]?.resolve(ackAt(1));
    expect((await Promise.all(acks)).map(({ id }) => id)).toEqual(['E:1', 'E:2', 'E:1']);
  });

  it('[SND2] waits for a connection, and resends with the same key after a drop', async () => {
    const { outbox, world, publish, answers, keys, states } = outboxStage();
    world.isOpen = false;
    const ack = publish('a');
    expect([keys(), states()]).toEqual([[], ['a queued']]);
    world.isOpen = true;
    outbox.wake();
    expect(states()).toEqual(['a sending']);
    world.isOpen = false;
    answers[0]?.reject(new RoomError('DISCONNECTED'));
    await settle();
    expect(states()).toEqual(['a queued']);
    world.isOpen = true;
    outbox.wake();
    expect(keys()).toEqual(['a', 'a']);
    answers[1]?.resolve(ackAt(1, { duplicate: true }));
    expect(await ack).toMatchObject({ id: 'E:1', duplicate: true });
  });

  it('[SND2] sends an answer again as the answer that it is', async () => {
    const { outbox, clock, sent, answers } = outboxStage();
    const data = { text: 'yes' };
    const reply = {
      kind: 'chat',
      room: 'general',
      type: 'message',
      data,
      key: 'a',
      replyTo: 'E:1',
    };
    outbox.publish(reply).catch(() => {});
    expect(outbox.entries()).toMatchObject([{ state: 'sending', replyTo: 'E:1' }]);
    answers[0]?.reject(new RoomError('TOO_MANY'));
    await settle();
    clock.advance(20_000);
    expect(sent.map(({ entry }) => entry.replyTo)).toEqual(['E:1', 'E:1']);
  });

  it('[SND2] sends what was rejected long ago under a new key: the old one is forgotten by now', async () => {
    const { outbox, clock, publish, answers, keys } = outboxStage();
    void publish('a');
    answers[0]?.reject(new RoomError('FORBIDDEN'));
    await settle();
    clock.advance(25 * HOUR);
    const again = outbox.retry('a');
    expect(keys()).toEqual(['a', 'new1']);
    answers[1]?.resolve(ackAt(1));
    expect((await again).id).toBe('E:1');
  });

  it('[SND1] keeps what was refused because its key stands for another event, be that shown or not', async () => {
    const { outbox, publish, answers, states } = outboxStage();
    const refused = publish('a', 'general', 'mine');
    outbox.echoed('chat/general', 'a', 'ada', { id: 'E:1', position: 'E:1', at: new Date(0) });
    answers[0]?.reject(new RoomError('CONFLICT'));
    await expect(refused).rejects.toMatchObject({ code: 'CONFLICT' });
    outbox.saw('chat/general', 'E:2');
    expect(states()).toEqual(['a rejected']);
    void outbox.retry('a');
    expect(states()).toEqual(['new1 sending']);
  });

  it('[SND2] comes back when the server has said, and holds the room back until then', async () => {
    const { clock, publish, answers, keys } = outboxStage();
    const first = publish('a');
    void publish('b');
    answers[0]?.reject(new RoomError('TOO_MANY', undefined, { retryAfterMs: 9_000 }));
    await settle();
    clock.advance(8_999);
    expect(keys()).toEqual(['a']);
    clock.advance(1);
    expect(keys()).toEqual(['a', 'a']);
    answers[1]?.resolve(ackAt(1));
    await first;
    await settle();
    expect(keys()).toEqual(['a', 'a', 'b']);
  });

  it.each([1, 2, 3, 4, 5])(
    '[SND2] comes back although a timer fires early and time goes on at reading %i of the clock',
    async (tickAt) => {
      const hands = manualClock(0);
      let readings = Number.NEGATIVE_INFINITY;
      let lateMs = 0;
      const now = () => {
        readings += 1;
        if (readings === tickAt) lateMs = 1;
        return hands.now() + lateMs;
      };
      const after: Clock['after'] = (ms, run) => hands.after(Math.max(1, ms - 1), run);
      const { publish, answers, keys } = outboxStage({ clock: { now, after } });
      void publish('a');
      answers[0]?.reject(new RoomError('TOO_MANY', undefined, { retryAfterMs: 9_000 }));
      await settle();
      readings = 0;
      hands.advance(9_100);
      expect(keys()).toEqual(['a', 'a']);
    },
  );

  it('[SND2] asks again when the connection lives and the answer does not come', async () => {
    const { clock, publish, answers, sent } = outboxStage();
    const ack = publish('a');
    clock.advance(30_000);
    await settle();
    expect(sent[0]?.signal.aborted).toBe(true);
    clock.advance(20_000);
    answers[1]?.resolve(ackAt(1));
    expect((await ack).id).toBe('E:1');
  });

  it('[SND2] rejects what the server refuses, lets it be sent again, and forgets it on demand', async () => {
    const { outbox, publish, answers, states, keys, view } = outboxStage();
    const refused = publish('a');
    answers[0]?.reject(new RoomError('FORBIDDEN'));
    await expect(refused).rejects.toMatchObject({ code: 'FORBIDDEN' });
    expect(view().getSnapshot()).toMatchObject([
      { state: 'rejected', error: { code: 'FORBIDDEN' } },
    ]);
    const again = outbox.retry('a');
    answers[1]?.reject(new RoomError('FORBIDDEN'));
    await expect(again).rejects.toMatchObject({ code: 'FORBIDDEN' });
    expect(keys()).toEqual(['a', 'a']);
    view().discard('a');
    expect(states()).toEqual([]);
    await expect(outbox.retry('a')).rejects.toMatchObject({ code: 'BAD_INPUT' });
  });

  it('[SND2] takes nothing for an ack that is none', async () => {
    const { clock, publish, answers } = outboxStage();
    const lost = publish('a');
    for (let count = 0; count < 5; count += 1) {
      answers[count]?.resolve({ id: 5, position: null });
      await settle();
      clock.advance(20_000);
    }
    await expect(lost).rejects.toMatchObject({ code: 'INTERNAL' });
  });

  it('[SND3] shows an entry until its event is there, and never both', async () => {
    const { outbox, publish, answers, states } = outboxStage();
    const ack = publish('a');
    const at = new Date(0);
    outbox.echoed('chat/general', 'a', 'ada', { id: 'E:1', position: 'E:1', at });
    outbox.saw('chat/general', 'E:1');
    expect(states()).toEqual([]);
    answers[0]?.resolve(ackAt(1));
    expect(await ack).toMatchObject({ id: 'E:1', level: 'disk' });
    const second = publish('b');
    answers[1]?.resolve(ackAt(2));
    await second;
    expect(states()).toEqual(['b acked']);
    outbox.saw('chat/general', 'E:2');
    expect([states(), outbox.entries()]).toEqual([[], []]);
  });

  it('is a store: one array until something changes, and silent about other rooms', async () => {
    const { publish, view, answers } = outboxStage();
    const store = view();
    let changes = 0;
    const undo = store.subscribe(() => (changes += 1));
    const ack = publish('a');
    const before = store.getSnapshot();
    expect(store.getSnapshot()).toBe(before);
    const seen = changes;
    void publish('x', 'other');
    expect(changes).toBe(seen);
    answers[0]?.resolve(ackAt(1));
    await ack;
    expect(changes).toBe(seen + 1);
    expect(store.getSnapshot()).not.toBe(before);
    undo();
    void publish('b');
    expect(changes).toBe(seen + 1);
  });

  it('tells a function that listens twice twice, and each undo is of one of them', () => {
    const { outbox, world, publish } = outboxStage();
    world.isOpen = false;
    let changes = 0;
    const listener = () => (changes += 1);
    const undo = [outbox.subscribe(listener), outbox.subscribe(listener)];
    void publish('a');
    expect(changes).toBe(2);
    undo[0]?.();
    void publish('b');
    expect(changes).toBe(3);
  });

  it('joins a key that is under way, and refuses it for other data', async () => {
    const { publish, answers, keys } = outboxStage();
    const acks = [publish('a'), publish('a')];
    await expect(publish('a', 'general', 'else')).rejects.toMatchObject({ code: 'CONFLICT' });
    await expect(publish('a', 'other', 'a')).rejects.toMatchObject({ code: 'CONFLICT' });
    answers[0]?.resolve(ackAt(1));
    expect((await Promise.all(acks)).map(({ id }) => id)).toEqual(['E:1', 'E:1']);
    expect(keys()).toEqual(['a']);
  });

  it('keeps what was published, whatever becomes of the caller’s object', async () => {
    const { outbox, sent } = outboxStage();
    const data = { text: 'first', at: new Date(5) };
    void outbox.publish({ kind: 'chat', room: 'r', type: 'message', data, key: 'k' });
    data.text = 'changed';
    expect(sent[0]?.entry.data).toEqual({ text: 'first', at: new Date(5) });
  });

  it('[SND2] ends what is unsent when the client ends, and takes nothing more', async () => {
    const { outbox, world, publish, states } = outboxStage();
    const first = publish('a');
    world.isOpen = false;
    const second = publish('b');
    outbox.close(new RoomError('TOKEN_REFUSED'));
    outbox.close(new RoomError('DISCONNECTED'));
    await expect(first).rejects.toMatchObject({ code: 'TOKEN_REFUSED' });
    await expect(second).rejects.toMatchObject({ code: 'TOKEN_REFUSED' });
    expect(states()).toEqual(['a expired', 'b expired']);
    await expect(publish('c')).rejects.toMatchObject({ code: 'TOKEN_REFUSED' });
  });
});
