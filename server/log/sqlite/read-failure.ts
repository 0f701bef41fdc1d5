import { RoomError } from '../../../shared/index.ts';

const CORRUPT = [11, 26];

/** What a failed read of the database means to whoever asked for it. */
export function readFailure(error: unknown): RoomError {
  if (error instanceof RoomError) return error;
  return new RoomError(isCorrupt(error) ? 'LOG_DAMAGED' : 'LOG_UNAVAILABLE', undefined, {
    cause: error,
  });
}

function isCorrupt(error: unknown): boolean {
  return (
    error instanceof Error && 'errcode' in error && CORRUPT.includes(Number(error.errcode) & 0xff)
  );
}
