import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { afterFailure, MOST_FAULTS } from '../../../client/outbox/after-failure.ts';
import { errors, RoomError, type ErrorCode } from '../../../shared/index.ts';

const codes = Object.keys(errors) as ErrorCode[];
const PASSING = ['DISCONNECTED', 'RESTARTING', 'LOG_UNAVAILABLE', 'TOO_MANY', 'TOKEN_EXPIRED'];
const none = { attempts: 0, faults: 0 };

describe('afterFailure', () => {
  it.each(codes)('[SND2] decides about %s', (code) => {
    const after = afterFailure(new RoomError(code), none, 0);
    const passes = PASSING.includes(code) || code === 'INTERNAL';
    expect(after).toEqual(passes ? { waitMs: 500 } : 'reject');
  });

  it('rejects at the last of too many faults', () => {
    const fault = new RoomError('INTERNAL');
    const count = (faults: number) => afterFailure(fault, { attempts: 9, faults }, 0);
    expect([count(MOST_FAULTS - 2), count(MOST_FAULTS - 1)]).toEqual([{ waitMs: 500 }, 'reject']);
  });

  it('waits as long as it is asked to, up to ten minutes', () => {
    const asked = (retryAfterMs: number) =>
      afterFailure(new RoomError('TOO_MANY', undefined, { retryAfterMs }), none, 0);
    expect(asked(7_000)).toEqual({ waitMs: 7_000 });
    expect(asked(1)).toEqual({ waitMs: 500 });
    expect(asked(1e15)).toEqual({ waitMs: 600_000 });
  });

  it('never asks again at once', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...codes),
        fc.nat(1_000),
        fc.nat(10),
        (code, attempts, faults) => {
          const after = afterFailure(new RoomError(code), { attempts, faults }, 0);
          if (after !== 'reject') expect(after.waitMs).toBeGreaterThanOrEqual(500);
        },
      ),
    );
  });
});
