import { describe, expect, it } from 'vitest';
import {
  afterEnding,
  afterNoToken,
  NO_ATTEMPTS,
  STABLE_MS,
} from '../../../client/connection/reconnect.ts';
import { RoomError } from '../../../shared/index.ts';

const ended = (
  code: number,
  parts: { openMs?: number; reason?: string; isFault?: boolean } = {},
) => {
  return { code, reason: '', openMs: 0, ...parts };
};

describe('afterEnding', () => {
  it('grows the span until a connection was stable for ten seconds', () => {
    let attempts = NO_ATTEMPTS;
    const waits: number[] = [];
    for (const openMs of [STABLE_MS, 0, 1, 0, STABLE_MS, 0]) {
      const next = afterEnding(attempts, ended(1006, { openMs }), 0.999);
      if (next.step === 'stop') throw next.error;
      attempts = next.attempts;
      waits.push(Math.round(next.ms / 100) * 100);
    }
    expect(waits).toEqual([1_000, 1_500, 2_500, 4_500, 1_000, 1_500]);
  });

  it.each([
    [0, 4],
    [1, 4],
    [1_000, 4],
    [STABLE_MS / 2, 2],
    [8_000, 1],
    [STABLE_MS - 1, 1],
    [STABLE_MS, 0],
    [STABLE_MS * 9, 0],
  ])(
    'takes back attempts for as long as a connection held: after %i ms, 4 are %i',
    (openMs, left) => {
      const before = { count: 4, hasExpired: false };
      const next = afterEnding(before, ended(1006, { openMs }), 0.999);
      expect(next).toMatchObject({ attempts: { count: left + 1 } });
      if (next.step === 'wait') expect(next.ms).toBeLessThan(500 + 500 * 2 ** left);
    },
  );

  it('goes on growing while the server drops everybody after a second', () => {
    let attempts = NO_ATTEMPTS;
    for (let drops = 0; drops < 12; drops += 1) {
      const next = afterEnding(attempts, ended(1006, { openMs: 1_000 }), 0);
      if (next.step === 'wait') attempts = next.attempts;
    }
    // The span has its full length from the sixth attempt on.
    expect(attempts.count).toBeGreaterThan(6);
  });

  it.each([1002, 1003, 1007, 1008, 1009, 4500, 4999])(
    'stops after %i, with the words of the server',
    (code) => {
      const next = afterEnding(NO_ATTEMPTS, ended(code, { reason: 'because', openMs: 60_000 }), 0);
      const error = { message: 'because', retryable: false };
      expect(next).toMatchObject({ step: 'stop', error });
    },
  );

  it.each([
    [1008, 'TOKEN_REFUSED'],
    [1009, 'TOO_LARGE'],
    [1012, 'RESTARTING'],
    [1013, 'TOO_MANY_CONNECTIONS'],
    [4408, 'AUTH_TIMEOUT'],
    [4409, 'SLOW_CONSUMER'],
    [4429, 'TOO_MANY'],
    [1006, 'DISCONNECTED'],
    [4000, 'DISCONNECTED'],
  ])('reads %i as %s', (code, reason) => {
    expect(afterEnding(NO_ATTEMPTS, ended(code), 0).error.code).toBe(reason);
  });

  it('[AUT2] comes back from an expired token, and stops when the next one is expired too', () => {
    const once = afterEnding(NO_ATTEMPTS, ended(4401), 0);
    if (once.step === 'stop') throw once.error;
    expect(once.attempts.hasExpired).toBe(true);
    expect(afterEnding(once.attempts, ended(4401), 0)).toMatchObject({
      step: 'stop',
      error: { code: 'TOKEN_EXPIRED' },
    });
    expect(afterEnding(once.attempts, ended(4401, { openMs: 60_000 }), 0).step).toBe('wait');
  });

  it('blames the server for what it cannot read', () => {
    expect(afterEnding(NO_ATTEMPTS, ended(1006, { isFault: true }), 0).error.code).toBe('INTERNAL');
  });
});

describe('afterNoToken', () => {
  it('asks again after a while, with a typed reason', () => {
    const cause = new Error('offline');
    const next = afterNoToken({ count: 2, hasExpired: true }, cause, 0);
    expect(next).toMatchObject({
      step: 'wait',
      ms: 500,
      attempts: { count: 3, hasExpired: true },
      error: { code: 'DISCONNECTED', message: 'no token could be had: offline', cause },
    });
  });

  it('stops when the app says that there will be none', () => {
    const error = new RoomError('FORBIDDEN');
    expect(afterNoToken(NO_ATTEMPTS, error, 0)).toEqual({ step: 'stop', error });
    expect(afterNoToken(NO_ATTEMPTS, new RoomError('RESTARTING'), 0).step).toBe('wait');
  });
});
