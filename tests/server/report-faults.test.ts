import { TRPCError } from '@trpc/server';
import { describe, expect, it } from 'vitest';
import { createLogger } from '../../server/logger.ts';
import { createCounts } from '../../server/metrics/counts.ts';
import { reportFaults } from '../../server/report-faults.ts';
import { faultId } from '../../server/router/error-shape.ts';
import { RoomError } from '../../shared/index.ts';

/** What the log has of an error that a call ended with. */
function logged(error: TRPCError): Record<string, unknown> | undefined {
  let text = '';
  const logger = createLogger('info', { write: (line: string) => void (text += line) });
  reportFaults(logger, createCounts())({ error, path: 'game.move' });
  return text === '' ? undefined : (JSON.parse(text) as Record<string, unknown>);
}

describe('the log of faults', () => {
  it.each<[what: string, error: TRPCError]>([
    ['what nobody expected', new TRPCError({ code: 'INTERNAL_SERVER_ERROR', cause: new Error() })],
    ['a server that something else has failed', new TRPCError({ code: 'BAD_GATEWAY' })],
    [
      'a fault of rooms',
      new TRPCError({ code: 'INTERNAL_SERVER_ERROR', cause: new RoomError('INTERNAL') }),
    ],
  ])('has %s, by the id that the client was given', (_, error) => {
    const expected = { msg: 'a call failed', path: 'game.move', fault: faultId(error) };
    expect(logged(error)).toMatchObject(expected);
  });

  it.each<TRPCError['code']>(['FORBIDDEN', 'PRECONDITION_FAILED', 'PAYMENT_REQUIRED', 'TIMEOUT'])(
    'has nothing of what a caller was refused with: %s',
    (code) => expect(logged(new TRPCError({ code, message: 'not now' }))).toBeUndefined(),
  );
});
