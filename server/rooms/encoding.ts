import { RoomError } from '../../shared/index.ts';
import { parse, serialize } from '../serialize.ts';

/** An event's data as the log and the bus carry it: made once per event.
 *  @throws RoomError BAD_INPUT for what superjson does not carry, such as a key named `constructor` */
export function encodeData(data: unknown): string {
  try {
    return JSON.stringify(serialize(data));
  } catch (error) {
    throw new RoomError('BAD_INPUT', 'the data has a part that cannot be carried', {
      cause: error,
    });
  }
}

/** The opposite of `encodeData`. */
export function decodeData(text: string): unknown {
  return parse(text);
}
