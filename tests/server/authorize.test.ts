import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { RoomError } from '../../shared/index.ts';
import { demand, withDeadline, type Authorize } from '../../server/auth/authorize.ts';
import { UNMANAGED } from '../../server/membership/decisions.ts';
import { manualClock } from '../kit/manual-clock.ts';
import { ada, general } from '../kit/rooms.ts';

const question = {
  user: { ...ada, expiresAt: 0 },
  room: general,
  action: 'subscribe',
  membership: UNMANAGED,
} as const;

function ask(authorize: Authorize) {
  const clock = manualClock();
  let timers = 0;
  const after: typeof clock.after = (ms, run) => {
    timers += 1;
    const cancel = clock.after(ms, run);
    return () => {
      timers -= 1;
      cancel();
    };
  };
  const asked = Promise.resolve(demand(withDeadline(authorize, { ...clock, after }), question));
  // Looked at later.
  asked.catch(() => {});
  return { clock, asked, timers: () => timers };
}

describe('a policy', () => {
  it('[AUT1] that never answers refuses after 10 s, for the moment', async () => {
    const { clock, asked } = ask(() => new Promise(() => {}));
    clock.advance(10_000);
    await expect(asked).rejects.toMatchObject({ code: 'AUTHORIZE_TIMEOUT', retryable: true });
  });

  it('[AUT1] has these 10 s', async () => {
    let allow: (answer: true) => void = () => {};
    const { clock, asked, timers } = ask(() => new Promise((resolve) => (allow = resolve)));
    clock.advance(9_999);
    allow(true);
    expect(await asked).toBeUndefined();
    expect(timers()).toBe(0);
  });

  it('[AUT1] that fails after its time harms nobody', async () => {
    let fail: (error: Error) => void = () => {};
    const { clock, asked } = ask(() => new Promise((_, reject) => (fail = reject)));
    clock.advance(10_000);
    await expect(asked).rejects.toMatchObject({ code: 'AUTHORIZE_TIMEOUT' });
    // An unhandled rejection would fail this file.
    fail(new Error('late'));
    await new Promise((resolve) => setImmediate(resolve));
  });

  it('[AUT1] in plain JavaScript may answer with anything that can be awaited', async () => {
    const foreign: Authorize = () => runInNewContext('Promise.resolve(true)');
    expect(await ask(foreign).asked).toBeUndefined();
    const truthy = (() => 'yes') as unknown as Authorize;
    await expect(ask(truthy).asked).rejects.toMatchObject({ code: 'FORBIDDEN' });
    const silent: Authorize = () => runInNewContext('new Promise(() => {})');
    const { clock, asked } = ask(silent);
    clock.advance(10_000);
    await expect(asked).rejects.toMatchObject({ code: 'AUTHORIZE_TIMEOUT' });
  });

  it('[AUT1] makes a moderator by saying so, where no role does', async () => {
    const moderate = { ...question, action: 'moderate:edit' } as const;
    expect(() => demand(() => true, moderate)).toThrow(new RoomError('FORBIDDEN'));
    expect(await demand(() => 'moderator', moderate)).toBeUndefined();
    const membership = { visibility: 'open', role: 'owner', isBanned: false } as const;
    expect(await demand(() => true, { ...moderate, membership })).toBeUndefined();
    // Whoever is one may do the rest, too.
    expect(await demand(() => 'moderator', question)).toBeUndefined();
  });

  it('that answers at once is asked at once, and sets no timer', () => {
    const after = () => {
      throw new Error('a timer');
    };
    expect(withDeadline(() => true, { ...manualClock(), after })(question)).toBe(true);
  });
});
