import { RoomError, type Ack, type Level } from '../../shared/index.ts';
import { isRecord } from '../record.ts';

const LEVELS: readonly Level[] = ['disk', 'memory', 'redis', 'live'];

/** Takes an answer for an ack only if it is one. @throws RoomError INTERNAL */
export function readAck(answer: unknown): Ack {
  if (isAck(answer)) return answer;
  throw new RoomError('INTERNAL', 'the server sent an ack that cannot be read');
}

function isAck(answer: unknown): answer is Ack {
  if (!isRecord(answer)) return false;
  const { id, position, at, level, duplicate } = answer;
  return (
    typeof id === 'string' &&
    typeof position === 'string' &&
    at instanceof Date &&
    LEVELS.includes(level as Level) &&
    typeof duplicate === 'boolean'
  );
}
