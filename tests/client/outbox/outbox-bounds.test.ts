import { describe, expect, it } from 'vitest';
import { HOUR, RoomError } from '../../../shared/index.ts';
import { ackAt } from '../../kit/outbox-entries.ts';
import { outboxStage } from '../../kit/outbox-stage.ts';
import { settle } from '../../kit/settle.ts';

describe('the bounds of an outbox', () => {
  it('[SND2] gives up after twelve hours, with a reason', async () => {
    const { clock, world, publish, states } = outboxStage();
    world.isOpen = false;
    const lost = publish('a');
    clock.advance(12 * HOUR);
    await expect(lost).rejects.toMatchObject({ code: 'DISCONNECTED' });
    expect(states()).toEqual(['a expired']);
  });

  it('[SND2] never resends beyond the key window that the room has told', async () => {
    const { outbox, clock, world, publish, answers, keys } = outboxStage();
    outbox.setKeyWindow('chat/general', 60_000);
    const lost = publish('a');
    world.isOpen = false;
    answers[0]?.reject(new RoomError('DISCONNECTED'));
    await settle();
    clock.advance(60_000);
    world.isOpen = true;
    outbox.wake();
    await expect(lost).rejects.toMatchObject({ code: 'DISCONNECTED' });
    expect(keys()).toEqual(['a']);
  });

  it('[SND2] holds so many entries and so many bytes, and no more', async () => {
    const { outbox, world, publish, answers, states } = outboxStage({
      maxEntries: 2,
      maxBytes: 200,
    });
    const refused = publish('a');
    answers[0]?.reject(new RoomError('FORBIDDEN'));
    await expect(refused).rejects.toBeInstanceOf(RoomError);
    world.isOpen = false;
    void publish('b');
    // Twenty characters stand around the text.
    await expect(publish('long', 'general', 'x'.repeat(170))).rejects.toMatchObject({
      code: 'TOO_MANY',
      message: 'the outbox is full',
    });
    await expect(publish('longer', 'general', 'x'.repeat(300))).rejects.toMatchObject({
      code: 'TOO_LARGE',
      retryable: false,
      message: 'this takes 320 bytes, and 200 at most are sent',
    });
    expect(states()).toEqual(['a rejected', 'b queued']);
    void publish('c');
    expect(states()).toEqual(['b queued', 'c queued']);
    await expect(publish('d')).rejects.toMatchObject({ code: 'TOO_MANY' });
    expect(outbox.entries()).toHaveLength(2);
  });

  it('refuses what could not be read by whoever gets it, and takes a Buffer for the bytes that it is', async () => {
    const { outbox, sent } = outboxStage();
    const publish = (key: string, data: unknown) =>
      outbox.publish({ kind: 'chat', room: 'general', type: 'message', key, data });
    for (const data of [new BigInt64Array(1), { half: new Float16Array(1) }]) {
      await expect(publish('bad', data)).rejects.toMatchObject({
        code: 'BAD_INPUT',
        message: expect.stringContaining('cannot be written as JSON and read again'),
      });
    }
    expect(outbox.entries()).toEqual([]);
    void publish('good', { bytes: Buffer.from([1, 2]), deep: [{ 'a.b': Buffer.from([3]) }] });
    expect(sent[0]?.entry.data).toEqual({
      bytes: new Uint8Array([1, 2]),
      deep: [{ 'a.b': new Uint8Array([3]) }],
    });
  });

  it('has at most 16 calls and 32 KiB under way, and lets all rooms take turns', async () => {
    const { publish, answers, keys } = outboxStage();
    for (let room = 0; room < 40; room += 1) {
      for (const n of [1, 2]) void publish(`${room}.${n}`, `r${room}`);
    }
    expect(keys()).toHaveLength(16);
    for (let n = 0; n < 80; n += 1) {
      answers[n]?.resolve(ackAt(n + 1));
      await settle();
      expect(keys().length - n - 1).toBeLessThanOrEqual(16);
    }
    expect(
      keys()
        .slice(0, 56)
        .filter((key) => key.endsWith('.1')),
    ).toHaveLength(40);
    expect(new Set(keys()).size).toBe(80);
    const large = outboxStage();
    for (const room of ['a', 'b', 'c']) void large.publish(room, room, 'x'.repeat(20_000));
    expect(large.keys()).toEqual(['a']);
  });

  it('gives a large one its turn although smaller ones are always on their way', async () => {
    const { publish, answers, keys } = outboxStage();
    void publish('waits', 'w');
    answers[0]?.reject(new RoomError('TOO_MANY', undefined, { retryAfterMs: 60_000 }));
    await settle();
    for (const key of ['a1', 'b1']) void publish(key, key[0]);
    void publish('large', 'c', 'x'.repeat(40_000));
    for (const key of ['a2', 'a3', 'b2', 'b3']) void publish(key, key[0]);
    // As often as each of the others has its own turn before it comes to the large one.
    for (const at of [1, 2, 3, 4]) {
      answers[at]?.resolve(ackAt(at));
      await settle();
    }
    expect(keys()).toEqual(['waits', 'a1', 'b1', 'a2', 'b2', 'large']);
    answers[5]?.resolve(ackAt(1));
    await settle();
    expect(keys().slice(6)).toEqual(['a3', 'b3']);
  });
});
