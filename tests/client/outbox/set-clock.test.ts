import { describe, expect, it } from 'vitest';
import { memoryStorage } from '../../../client/storage/memory-storage.ts';
import { HOUR, RoomError } from '../../../shared/index.ts';
import { ackAt } from '../../kit/outbox-entries.ts';
import { outboxStage } from '../../kit/outbox-stage.ts';
import { settle } from '../../kit/settle.ts';
import { settableClock } from '../../kit/settable-clock.ts';

const tooMany = (retryAfterMs: number) => new RoomError('TOO_MANY', undefined, { retryAfterMs });

describe('an outbox whose clock is set back', () => {
  const stage = () => {
    const clock = settableClock(0);
    return { ...outboxStage({ clock }), clock };
  };

  it('[SND2] sends what was queued as soon as there is a connection', () => {
    const { outbox, clock, world, publish, keys } = stage();
    world.isOpen = false;
    void publish('a');
    clock.turn(-HOUR);
    world.isOpen = true;
    outbox.wake();
    expect(keys()).toEqual(['a']);
  });

  it('[SND2] sends what an earlier page has left at once', async () => {
    const storage = memoryStorage();
    const before = outboxStage({ storage, clock: settableClock(2 * HOUR) });
    await settle();
    before.world.isOpen = false;
    void before.publish('a');
    await settle();
    before.outbox.close(new RoomError('DISCONNECTED'));
    const clock = settableClock(HOUR);
    const after = outboxStage({ storage, clock, newKey: () => 'second' });
    await settle();
    expect(after.keys()).toEqual(['a']);
  });

  it('[SND2] sends what is retried as soon as there is a connection', async () => {
    const { outbox, clock, world, publish, answers, keys } = stage();
    void publish('a');
    answers[0]?.reject(new RoomError('FORBIDDEN'));
    await settle();
    world.isOpen = false;
    outbox.retry('a').catch(() => {});
    clock.turn(-HOUR);
    world.isOpen = true;
    outbox.wake();
    expect(keys()).toEqual(['a', 'a']);
  });

  it('[SND2] lets what was refused wait no longer than the server has said, and its line with it', async () => {
    const { clock, publish, answers, keys } = stage();
    void publish('a');
    void publish('b');
    answers[0]?.reject(tooMany(9_000));
    await settle();
    clock.turn(-HOUR);
    clock.advance(9_000);
    expect(keys()).toEqual(['a', 'a']);
    answers[1]?.resolve(ackAt(1));
    await settle();
    expect(keys()).toEqual(['a', 'a', 'b']);
  });

  it('[SND2] lets what is refused again wait anew, by the clock as it stands then', async () => {
    const { clock, publish, answers, keys } = stage();
    void publish('a');
    answers[0]?.reject(tooMany(9_000));
    await settle();
    clock.turn(-HOUR);
    clock.advance(9_000);
    answers[1]?.reject(tooMany(9_000));
    await settle();
    clock.advance(8_999);
    expect(keys()).toEqual(['a', 'a']);
    clock.advance(1);
    expect(keys()).toEqual(['a', 'a', 'a']);
  });
});
