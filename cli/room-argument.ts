import { ROOM_ID } from '../shared/index.ts';
import { usageError } from './failure.ts';

/** Checks a room id that was given on the command line. @throws CliError of exit code 2 */
export function checkRoom(room: string, command: string): void {
  if (ROOM_ID.test(room)) return;
  const form = '1 to 128 of A-Z a-z 0-9 . _ ~ -, and neither "." nor ".."';
  throw usageError(`a room id is ${form}, not ${JSON.stringify(room)}`, command);
}
